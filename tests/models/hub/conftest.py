"""A hub on loopback, and a cache of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.hub import Hub, Patience
from tests.models.hub.served import Served, serve

TOKEN = "-".join(["not", "a", "real", "token"])


@pytest.fixture
def served(socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serve() as server:
        server.files["Tiny-Q4_K_M.gguf"] = bytes(range(256)) * 1200
        server.files["Tiny-Q8_0.gguf"] = b"eight bits" * 3000
        server.files["README.md"] = b"# Tiny"
        yield server


@pytest.fixture(scope="module", autouse=True)
def session() -> Iterator[None]:
    """One session for all: making one reads the machine's certificates, which takes a while."""
    yield
    from huggingface_hub import close_session

    close_session()


@pytest.fixture
def hub(served: Served, tmp_path: Path) -> Hub:
    patience = Patience(seconds=5, first_wait=0.01, longest_wait=1.5)
    return Hub(served.url, tmp_path / "hub", TOKEN, patience)
