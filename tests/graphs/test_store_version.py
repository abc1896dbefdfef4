"""A session store that another version of Cadre made."""

import sqlite3
from pathlib import Path

import pytest

from agents.errors import StoreError
from graphs.sessions import open_sessions


async def test_another_versions_store_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "sessions.sqlite"
    with sqlite3.connect(path) as old:
        old.execute("CREATE TABLE cadre_session (name TEXT PRIMARY KEY, repo TEXT)")
    with pytest.raises(StoreError, match="another version's") as raised:
        async with open_sessions(path):
            raise AssertionError("it was opened")
    assert f"mv {path} {path}.old" in raised.value.hint
