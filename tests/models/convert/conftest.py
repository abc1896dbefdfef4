"""Tiny checkpoints, written once a session."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.models.convert.checkpoints import CASES, write_checkpoint

Written = Callable[[str], Path]


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The folder of a case's checkpoint, which nobody changes."""
    folder = tmp_path_factory.mktemp("checkpoints")

    def written(name: str) -> Path:
        path = folder / CASES[name].folder
        return path if path.exists() else write_checkpoint(path, CASES[name])

    return written
