"""The policy as tables: which calls are allowed, asked for, refused."""

from dataclasses import dataclass
from pathlib import PurePosixPath

import pytest

from agents.tools.policy import Allow, Approve, Ask, Call, Deny, Target, decide, is_secret, refusal
from agents.tools.tool import Kind

ROOT = PurePosixPath("/code/repo")


@dataclass(frozen=True)
class Case:
    requested: str
    resolved: str | None = None
    """Below the root; with a slash in front, anywhere; None: where `requested` says."""
    refused: str | None = None
    """A part of the reason; None where the path may be read."""


CASES = (
    Case("README.md"),
    Case("."),
    Case("src/a b.py"),
    Case("src/äöü.py"),
    Case("src/../README.md", "README.md"),
    Case("link.md", "docs/real.md"),
    Case("..", "/code", refused="out of the repository"),
    Case("../other/x", "/code/other/x", refused="out of the repository"),
    Case("../repo-other/x", "/code/repo-other/x", refused="out of the repository"),
    Case("src/../../x", "/code/x", refused="out of the repository"),
    Case("link", "/etc/passwd", refused="out of the repository"),
    Case("folder-link/passwd", "/etc/passwd", refused="out of the repository"),
    Case("/etc/passwd", "/etc/passwd", refused="absolute"),
    Case("/code/repo/README.md", "README.md", refused="absolute"),
    Case("C:\\Users\\x", "C:\\Users\\x", refused="absolute"),
    Case("", "", refused="empty"),
    Case("a" * 2000, refused="too long"),
    Case("-rf", refused="option"),
    Case("--output=/tmp/x", refused="option"),
    Case("./-rf", "-rf"),
    Case("a\0b", None, refused="control character"),
    Case("a\nb", None, refused="control character"),
    Case("a\x1b[31mb", None, refused="control character"),
    Case("a\u2028b", None, refused="control character"),
    Case("\udcff.txt", None, refused="control character"),
    Case(".git/config", refused="git itself"),
    Case(".git", refused="git itself"),
    Case(".GIT/config", refused="git itself"),
    Case(".Git/HEAD", refused="git itself"),
    Case("sub/.git/HEAD", refused="git itself"),
    Case(".g\u200cit/config", refused="git itself"),
    Case(".git./config", refused="git itself"),
    Case("git~1/config", refused="git itself"),
    Case("innocent", ".git/config", refused="git itself"),
    Case("x/../.git/config", ".git/config", refused="git itself"),
    Case(".github/workflows/ci.yml"),
    Case(".gitignore"),
    Case(".gitattributes"),
    Case("digit/x.py"),
    Case(".env", refused="secrets"),
    Case(".ENV", refused="secrets"),
    Case(".env.production", refused="secrets"),
    Case("deploy/prod.env", refused="secrets"),
    Case("notes.txt", ".env", refused="secrets"),
    Case(".env.example"),
    Case(".env.sample"),
    Case("config/.env.template"),
    Case("circle", None, refused="cannot be followed"),
    Case(".git::$INDEX_ALLOCATION/config", refused="git itself"),
    Case("gnp.\u202eyp", refused="direction"),
    Case("a\u2066b\u2069.py", refused="direction"),
)


def target(case: Case) -> Target:
    if case.resolved is None and case.refused and "followed" in case.refused:
        return Target(case.requested, None)
    return Target(
        case.requested, ROOT / (case.requested if case.resolved is None else case.resolved)
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case.requested)[:40])
def test_a_path_is_judged_by_its_name_and_by_where_it_leads(case: Case) -> None:
    reason = refusal(target(case), ROOT)
    if case.refused is None:
        assert reason is None
    else:
        assert reason is not None
        assert case.refused in reason
        assert reason.isprintable()


SECRET = (
    "server.pem tls.KEY store.p12 a.pfx k.jks id_rsa id_ed25519 .netrc .npmrc .pypirc .pgpass "
    ".git-credentials credentials credentials.json .aws/config .ssh/known_hosts home/.ssh/config "
    ".kube/config .docker/config.json secrets.yaml terraform.tfstate client_secret_1.json .envrc "
    ".htpasswd service-account-prod.json"
)

NO_SECRET = (
    "id_rsa.pub key.py keys.md monkey.txt environment.yml .env.example env.py docs/credentials.md "
    "credentials/views.py config.json docker/config.json secrets/README.md keyboard turkey.pem.md"
)


@pytest.mark.parametrize("name", SECRET.split())
def test_files_that_hold_secrets_are_known_by_name(name: str) -> None:
    assert is_secret(PurePosixPath(name))


@pytest.mark.parametrize("name", NO_SECRET.split())
def test_names_that_only_look_alike_are_no_secrets(name: str) -> None:
    assert not is_secret(PurePosixPath(name))


DECISIONS = {
    (Kind.READ, Approve.ASK): Allow,
    (Kind.EDIT, Approve.ASK): Ask,
    (Kind.RUN, Approve.ASK): Ask,
    (Kind.NETWORK, Approve.ASK): Ask,
    (Kind.READ, Approve.READ): Allow,
    (Kind.EDIT, Approve.READ): Deny,
    (Kind.RUN, Approve.READ): Deny,
    (Kind.NETWORK, Approve.READ): Deny,
    (Kind.READ, Approve.EDIT): Allow,
    (Kind.EDIT, Approve.EDIT): Allow,
    (Kind.RUN, Approve.EDIT): Ask,
    (Kind.NETWORK, Approve.EDIT): Ask,
    (Kind.READ, Approve.ALL): Allow,
    (Kind.EDIT, Approve.ALL): Allow,
    (Kind.RUN, Approve.ALL): Allow,
    (Kind.NETWORK, Approve.ALL): Allow,
}


def test_the_table_of_decisions_is_complete() -> None:
    assert set(DECISIONS) == {(kind, approve) for kind in Kind for approve in Approve}


@pytest.mark.parametrize(("kind", "approve"), DECISIONS)
def test_what_the_user_allowed_decides(kind: Kind, approve: Approve) -> None:
    assert isinstance(decide(Call(kind, ROOT), approve), DECISIONS[kind, approve])


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("approve", Approve)
def test_no_approval_opens_a_refused_path(kind: Kind, approve: Approve) -> None:
    outside = Target(".git/config", ROOT / ".git/config")
    call = Call(kind, ROOT, (Target("ok", ROOT / "ok"), outside))
    assert isinstance(decide(call, approve), Deny)


SECRET_DECISIONS = {
    (kind, approve): Ask if kind is Kind.READ and approve is not Approve.READ else Deny
    for kind in Kind
    for approve in Approve
}


@pytest.mark.parametrize(("kind", "approve"), SECRET_DECISIONS)
def test_a_secret_is_read_only_where_a_person_says_so(kind: Kind, approve: Approve) -> None:
    call = Call(kind, ROOT, (Target("ok", ROOT / "ok"), Target(".env", ROOT / ".env")))
    assert isinstance(decide(call, approve), SECRET_DECISIONS[kind, approve])


@pytest.mark.parametrize("approve", Approve)
def test_a_secret_behind_an_innocent_name_is_not_even_asked_about(approve: Approve) -> None:
    call = Call(Kind.READ, ROOT, (Target("notes.txt", ROOT / ".env"),))
    assert isinstance(decide(call, approve), Deny)


def test_a_person_is_told_that_it_is_a_secret() -> None:
    call = Call(Kind.READ, ROOT, (Target(".env", ROOT / ".env"),), "read_file .env")
    assert decide(call, Approve.ALL) == Ask("read_file .env would read what may be secret")


def test_a_person_is_told_what_would_be_done() -> None:
    decision = decide(Call(Kind.RUN, ROOT, summary="run make test"), Approve.ASK)
    assert decision == Ask("run make test would run a command")
