"""Which folders a request may be about."""

from pathlib import Path

import pytest

from agents.errors import RepositoryError
from agents.repository import find_repository
from agents.tools.process import Processes
from tests.agents.tools.repository import git, make


@pytest.mark.parametrize("key", ["include.path", "includeIf.gitdir:/**.path"])
async def test_a_configuration_that_includes_a_file_outside_is_refused(
    tmp_path: Path, key: str
) -> None:
    """git would show that file's first line in an error, whatever it is."""
    secret = tmp_path / "secret"
    secret.write_text("[user]\n\tname = hunter2\n")
    root = make(tmp_path / "repo", {"a.txt": "a\n"}).root
    git(root, "config", "--local", key, str(secret))
    with pytest.raises(RepositoryError, match="which is outside of it") as raised:
        await find_repository(root, Processes())
    assert "hunter2" not in str(raised.value)


async def test_a_configuration_may_include_a_file_of_the_repository(tmp_path: Path) -> None:
    root = make(tmp_path / "repo", {"a.txt": "a\n", "shared.config": "[core]\n"}).root
    git(root, "config", "--local", "include.path", "../shared.config")
    assert (await find_repository(root, Processes())).root == root
