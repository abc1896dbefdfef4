"""A small repository for the graph's tests."""

from pathlib import Path

import pytest

from tests.graphs.team_at_work import make_repo


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    folder.mkdir()
    return make_repo(folder)
