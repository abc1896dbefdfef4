"""Where tools work: one repository, one way to run commands, one budget for what they return."""

import stat
from dataclasses import dataclass
from pathlib import Path

from agents.tools.process import CommandRunner
from agents.tools.sandbox import Sandbox


@dataclass(frozen=True)
class Workplace:
    """What tools may touch."""

    root: Path
    """The repository's root folder, absolute and resolved."""
    run: CommandRunner
    """The only way to start a process."""
    longest_seconds: float = 300.0
    """A command that a specialist runs is stopped after this, whatever it asked for."""
    budget_chars: int = 6000
    """Characters that one result may take of a prompt."""
    sandbox: Sandbox | None = None
    """What commands of a repository or a model are shut in; see `confined.run_confined`."""
    unconfined: bool = False
    """Whether they run all the same where there is none: only the user may say so."""
    no_sandbox: str = "none was looked for"
    """Why there is none, and what to install."""

    def resolve(self, requested: str) -> Path:
        """Where a path leads once every link is followed; OSError or ValueError where it can't.

        A hard link leads nowhere that can be known: its other name may be outside.
        """
        try:
            path = (self.root / requested).resolve()
        except RuntimeError as error:  # Python before 3.13 says so when links run in a circle
            raise OSError(str(error)) from error
        if _has_other_names(path):
            raise OSError(f"{requested!r} is a file with more than one name (hard links)")
        return path

    def name(self, path: Path) -> str:
        """A path inside the repository as people write it: relative, with forward slashes."""
        return path.relative_to(self.root).as_posix()


def _has_other_names(path: Path) -> bool:
    try:
        info = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(info.st_mode) and info.st_nlink > 1
