"""May this call run? Pure: facts in, a decision out. No file is looked at here.

    Deny   never, whatever the user allowed: outside the repository, `.git`, secrets, strange names
    Ask    a person must decide
    Allow  go on

The facts about paths are gathered by `toolbox.judge`, which also follows the links.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import assert_never

from agents.tools.tool import Kind


class Approve(StrEnum):
    """How much the user allowed beforehand."""

    ASK = "ask"
    """Reading; everything else is asked for."""
    READ = "read"
    """Reading only; everything else is refused without asking."""
    EDIT = "edit"
    """Reading and editing; running and the network are asked for."""
    ALL = "all"
    """Everything that is not refused for what it is."""


@dataclass(frozen=True)
class Target:
    """A path that a call names."""

    requested: str
    """As the model wrote it."""
    resolved: PurePath | None
    """Absolute, every link followed; None where that cannot be done, as in a circle of links."""


@dataclass(frozen=True)
class Call:
    """What the policy has to know about a call."""

    kind: Kind
    root: PurePath
    """The repository, absolute and resolved."""
    targets: tuple[Target, ...] = ()
    summary: str = ""
    """The call in one line, for the person who is asked."""


@dataclass(frozen=True)
class Allow:
    pass


@dataclass(frozen=True)
class Ask:
    reason: str


@dataclass(frozen=True)
class Deny:
    reason: str


Decision = Allow | Ask | Deny


def decide(call: Call, approve: Approve) -> Decision:
    """Whether the call may run under what the user allowed."""
    for target in call.targets:
        if reason := refusal(target, call.root):
            return Deny(reason)
    if call.kind in _allowed(approve):
        return Allow()
    if approve is Approve.READ:
        return Deny(f"only reading is allowed here (--approve read); this would {_ACTS[call.kind]}")
    return Ask(f"{call.summary or 'this call'} would {_ACTS[call.kind]}")


def refusal(target: Target, root: PurePath) -> str | None:
    """Why no tool may touch the path; None where it may."""
    shown = repr(target.requested)
    if reason := _strange(target.requested):
        return f"{shown} {reason}"
    if target.resolved is None:
        return f"{shown} cannot be followed to a file"
    if not target.resolved.is_relative_to(root):
        return f"{shown} leads out of the repository"
    for path in (PurePath(target.requested), target.resolved.relative_to(root)):
        if any(_is_git(part) for part in path.parts):
            return f"{shown} belongs to git itself; use the git tools"
        if is_secret(path):
            return f"{shown} may hold secrets and is never read"
    return None


def is_secret(path: PurePath) -> bool:
    """Whether files of this name are known to hold keys or passwords."""
    *folders, name = [_plain(part) for part in path.parts] or [""]
    if any(folder in SECRET_FOLDERS for folder in (*folders, name)):
        return True
    if any(fnmatchcase(name, pattern) for pattern in HARMLESS):
        return False
    with_folder = "/".join((*folders[-1:], name))
    return any(fnmatchcase(with_folder if "/" in p else name, p) for p in SECRETS)


SECRET_FOLDERS = frozenset({".aws", ".ssh", ".gnupg", ".kube", ".azure", ".gcloud"})

SECRETS = (
    *(".env", ".env.*", "*.env", ".envrc"),
    *("*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.ppk", "*.tfstate"),
    *("id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*"),
    *("credentials", "credentials.json", "credentials.y*ml", "client_secret*.json"),
    *("secret.y*ml", "secrets.y*ml", "secrets.json", "secrets.toml", "secrets.ini"),
    *(".netrc", "_netrc", ".npmrc", ".pypirc", ".pgpass", ".my.cnf", ".htpasswd", ".dockercfg"),
    *(".git-credentials", "kubeconfig", "service-account*.json", "service_account*.json"),
    *(".docker/config.json", ".cargo/credentials.toml", ".gem/credentials"),
)
"""Names of secret files, in lower case; with a folder where the name alone says too little."""

HARMLESS = ("*.example", "*.sample", "*.template", "*.dist", "example.env", "sample.env", "*.pub")
"""Files that only show what a secret file would look like, and public keys."""

_ACTS = {
    Kind.READ: "read",
    Kind.EDIT: "change files",
    Kind.RUN: "run a command",
    Kind.NETWORK: "reach the network",
}


def _allowed(approve: Approve) -> frozenset[Kind]:
    match approve:
        case Approve.ASK | Approve.READ:
            return frozenset({Kind.READ})
        case Approve.EDIT:
            return frozenset({Kind.READ, Kind.EDIT})
        case Approve.ALL:
            return frozenset(Kind)
        case _:
            assert_never(approve)


def _strange(name: str) -> str | None:
    if not name:
        return "is empty; use . for the whole repository"
    if len(name) > 1024:
        return "is too long for a path"
    if any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in name):
        return "has a control character in it"
    if name.startswith("-"):
        return "looks like an option; write ./ before it"
    if name.startswith("/") or re.match(r"[A-Za-z]:[\\/]", name):
        return "is absolute; give it relative to the repository"
    return None


def _is_git(part: str) -> bool:
    return _plain(part) in {".git", "git~1"}


def _plain(part: str) -> str:
    """The name as a file system that folds case and drops invisible characters would see it."""
    visible = "".join(c for c in part if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFKC", visible).casefold().rstrip(". ") or part
