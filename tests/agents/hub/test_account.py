"""A token comes from the environment, is shown nowhere, and goes to its own server alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from agents.hub import Account, HubError, account_from, place_of
from models.errors import ConfigurationError
from tests.agents.tools.repository import git, make

SECRET = "x" * 12


@pytest.mark.parametrize(
    ("environment", "base_url", "host"),
    [
        ({"GITHUB_TOKEN": SECRET}, "https://api.github.com", "github.com"),
        ({"GH_TOKEN": f" {SECRET}\n"}, "https://api.github.com", "github.com"),
        (
            {"GITHUB_TOKEN": SECRET, "GITHUB_API_URL": "https://git.example.invalid/api/v3/"},
            "https://git.example.invalid/api/v3",
            "git.example.invalid",
        ),
        (
            {"GH_ENTERPRISE_TOKEN": SECRET, "GH_TOKEN": "other", "GH_HOST": "git.example.invalid"},
            "https://git.example.invalid/api/v3",
            "git.example.invalid",
        ),
        (
            {"GH_TOKEN": SECRET, "GH_HOST": "example.ghe.com"},
            "https://api.example.ghe.com",
            "example.ghe.com",
        ),
    ],
)
def test_the_environment_names_the_account(
    environment: dict[str, str], base_url: str, host: str
) -> None:
    account = account_from(environment)
    assert account is not None
    assert (account.token, account.base_url, account.host) == (SECRET, base_url, host)
    assert SECRET not in repr(account)


@pytest.mark.parametrize("environment", [{}, {"GITHUB_TOKEN": " "}, {"GH_HOST": "x"}])
def test_without_a_token_there_is_no_account(environment: dict[str, str]) -> None:
    assert account_from(environment) is None


@pytest.mark.parametrize(
    ("token", "url"),
    [
        *(("a b", "https://x"), ("a\nb", "https://x"), ("é", "https://x")),
        *((SECRET, "http://git.example.invalid"), (SECRET, "ftp://x"), (SECRET, "")),
        *((SECRET, "https://u:p@x"), (SECRET, "https://[::1"), (SECRET, "https://x:port")),
    ],
)
def test_what_cannot_be_used_is_refused_without_showing_it(token: str, url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Account(token, url)
    assert token not in str(caught.value)


def test_loopback_may_do_without_tls() -> None:
    assert Account(SECRET, "http://127.0.0.1:8080").host == "127.0.0.1"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://evil.example.invalid/example/thing", "token is for github.com"),
        ("https://github.com.evil.invalid/example/thing", "token is for github.com"),
        ("https://github.com/a/b/c", "no repository of GitHub's"),
        ("/srv/thing", "names no repository"),
    ],
)
async def test_a_remote_elsewhere_never_gets_the_token(tmp_path: Path, url: str, said: str) -> None:
    workplace = make(tmp_path / "repo", {"a": "a"})
    git(workplace.root, "remote", "add", "origin", url)
    with pytest.raises(HubError, match=said):
        await place_of(workplace, Account(SECRET))


async def test_the_place_comes_from_the_remote_that_the_branch_follows(tmp_path: Path) -> None:
    workplace = make(tmp_path / "repo", {"a": "a"})
    account = Account(SECRET)
    with pytest.raises(HubError, match="no remote"):
        await place_of(workplace, account)
    git(workplace.root, "remote", "add", "one", "git@github.com:example/one.git")
    assert str(await place_of(workplace, account)) == "example/one"
    git(workplace.root, "remote", "add", "two", "ssh://git@ssh.github.com:443/example/two.git")
    with pytest.raises(HubError, match="several remotes"):
        await place_of(workplace, account)
    git(workplace.root, "update-ref", "refs/remotes/two/main", "HEAD")
    git(workplace.root, "config", "branch.main.remote", "two")
    git(workplace.root, "config", "branch.main.merge", "refs/heads/main")
    assert str(await place_of(workplace, account)) == "example/two"


def test_github_is_not_imported_without_need() -> None:
    code = "import sys, agents.hub; sys.exit('github' in sys.modules or 'requests' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
