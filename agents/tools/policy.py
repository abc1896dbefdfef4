"""May this call run? Pure: facts in, a decision out. No file is looked at here.

    Deny   never, whatever the user allowed: outside the repository, `.git`, strange names, and
           anything but reading where secrets are
    Ask    a person must decide; for reading a secret always, whatever was allowed beforehand
    Allow  go on

The facts about paths are gathered by `toolbox.judge`, which also follows the links. What the user
has allowed for ever is looked at afterwards: see `rule`.
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
    tool: str = ""
    words: tuple[str, ...] = ()
    """The argv, where it runs a command that it names."""
    grants: frozenset[str] = frozenset()
    """What its command may do beside reading: `write`, `network`."""


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
        if reason := misplaced(target, call.root) or _refused_secret(target, call, approve):
            return Deny(reason)
    if any(_is_secret(target, call.root) for target in call.targets):
        return Ask(f"{call.summary or 'this call'} would read what may be secret")
    if call.kind in _allowed(approve):
        return Allow()
    if approve is Approve.READ:
        return Deny(f"only reading is allowed here (--approve read); this would {_ACTS[call.kind]}")
    return Ask(f"{call.summary or 'this call'} would {_ACTS[call.kind]}")


def refusal(target: Target, root: PurePath) -> str | None:
    """Why the path may not be touched without asking a person; None where it may."""
    if reason := misplaced(target, root):
        return reason
    if _is_secret(target, root):
        return f"{_shown(target)} may hold secrets and is not read without asking"
    return None


def misplaced(target: Target, root: PurePath) -> str | None:
    """Why no tool may ever touch the path; None where one may."""
    shown = _shown(target)
    if reason := _strange(target.requested):
        return f"{shown} {reason}"
    if target.resolved is None:
        return f"{shown} cannot be followed to one file: links in a circle, or a hard link"
    if not target.resolved.is_relative_to(root):
        return f"{shown} leads out of the repository"
    for path in (PurePath(target.requested), target.resolved.relative_to(root)):
        if any(_is_git(part) for part in path.parts):
            return f"{shown} belongs to git itself; use the git tools"
    return None


def _refused_secret(target: Target, call: Call, approve: Approve) -> str | None:
    """Why a secret is not even asked about; None where it is, and where it is no secret."""
    if not _is_secret(target, call.root):
        return None
    shown = _shown(target)
    if call.kind is not Kind.READ:
        return f"{shown} may hold secrets and may only be read"
    if not is_secret(PurePath(target.requested)):
        return f"{shown} leads to what may hold secrets; name that itself"
    if approve is Approve.READ:
        return f"{shown} may hold secrets, which nobody can be asked about (--approve read)"
    return None


def _shown(target: Target) -> str:
    name = target.requested
    return repr(name if len(name) <= MAX_SHOWN else f"{name[:MAX_SHOWN]}…")


def _is_secret(target: Target, root: PurePath) -> bool:
    """By the name that was given, or by where it leads, which must be inside."""
    leads = target.resolved.relative_to(root) if target.resolved else PurePath()
    return is_secret(PurePath(target.requested)) or is_secret(leads)


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

DIRECTIONS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Characters that make a name look like another one (Unicode Standard Annex 9)."""

MAX_SHOWN = 200
"""Characters of a path that a reason repeats."""

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
    if any(unicodedata.bidirectional(c) in DIRECTIONS for c in name):
        return "has a character in it that turns the direction of writing"
    if name.startswith("-"):
        return "looks like an option; write ./ before it"
    if name.startswith("/") or re.match(r"[A-Za-z]:[\\/]", name):
        return "is absolute; give it relative to the repository"
    return None


def _is_git(part: str) -> bool:
    return _plain(part.split(":")[0]) in {".git", "git~1"}


def _plain(part: str) -> str:
    """The name as a file system that folds case and drops invisible characters would see it."""
    visible = "".join(c for c in part if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFKC", visible).casefold().rstrip(". ") or part
