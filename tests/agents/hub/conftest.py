"""A server, an account on it, and a repository whose remote it is."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agents.hub import Account, Patience, Place, Server
from agents.tools.workplace import Workplace
from tests.agents.hub.served import Served, serve
from tests.agents.tools.repository import git, make

TOKEN = "-".join(["not", "a", "real", "token"])


@pytest.fixture
def served(socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serve() as server:
        yield server


@pytest.fixture
def account(served: Served) -> Account:
    return Account(TOKEN, served.url, Patience(seconds=5, first_wait=0.01, longest_wait=1.5))


@pytest.fixture
def server(account: Account) -> Server:
    return Server(account)


@pytest.fixture
def hasty(account: Account) -> Server:
    """It waits for nothing."""
    return Server(replace(account, patience=Patience(1, 2, 0.01, 0.0)))


@pytest.fixture
def place() -> Place:
    return Place("example", "thing")


@pytest.fixture
def workplace(tmp_path: Path, served: Served) -> Workplace:
    made = make(tmp_path / "repo", {"tests/test_a.py": "def test_a():\n    assert 1 == 2\n"})
    git(made.root, "remote", "add", "origin", f"{served.url}/example/thing.git")
    return made
