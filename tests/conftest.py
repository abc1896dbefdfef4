"""What every test stands on: no network, and settings of its own."""

import os
from pathlib import Path

import pytest

# llama.cpp's threads wait for each other by spinning; beside other tests one alone is quicker.
os.environ["CADRE_THREADS"] = "1"


@pytest.fixture(autouse=True)
def _own_settings(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the user's settings nor sessions are read or written by a test."""
    home: Path = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
