"""Small real git repositories for tests."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from agents.tools.process import Processes
from agents.tools.workplace import Workplace


def git(folder: Path, *arguments: str) -> str:
    """Run git in a test's repository, without the settings of whoever runs the tests."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    own = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Example",
        "GIT_AUTHOR_EMAIL": "example@example.invalid",
        "GIT_COMMITTER_NAME": "Example",
        "GIT_COMMITTER_EMAIL": "example@example.invalid",
        "GIT_AUTHOR_DATE": "2026-01-02T03:04:05+0000",
        "GIT_COMMITTER_DATE": "2026-01-02T03:04:05+0000",
    }
    ran = subprocess.run(
        ["git", *arguments], cwd=folder, env={**clean, **own}, check=True, capture_output=True
    )
    return ran.stdout.decode(errors="replace")


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files, with their folders."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def commit(folder: Path, subject: str = "work") -> None:
    """Commit everything."""
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", subject)


def make(folder: Path, files: Mapping[str, str | bytes], committed: bool = True) -> Workplace:
    """A repository with these files, and a workplace in it."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    write(folder, files)
    if committed:
        commit(folder)
    return Workplace(folder.resolve(), Processes())
