"""Where tools work: one repository, one way to run commands, one budget for what they return."""

from dataclasses import dataclass
from pathlib import Path

from agents.tools.process import CommandRunner


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

    def resolve(self, requested: str) -> Path:
        """Where a path leads once every link is followed; OSError or ValueError where it can't."""
        try:
            return (self.root / requested).resolve()
        except RuntimeError as error:  # Python before 3.13 says so when links run in a circle
            raise OSError(str(error)) from error

    def name(self, path: Path) -> str:
        """A path inside the repository as people write it: relative, with forward slashes."""
        return path.relative_to(self.root).as_posix()
