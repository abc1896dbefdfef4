"""What part of the repository a request is about: a change against some revision."""

from agents.word import Word

AROUND = 3
"""Lines beside a changed one that count as changed: a fault there may well be the change's."""


class Changed(Word):
    """The lines of one file that a change touches."""

    path: str
    lines: tuple[tuple[int, int], ...]
    """First and last line of each place, counted from 1, as the file is now."""


class Scope(Word):
    """A change; findings beyond it are left out."""

    base: str
    """The revision that the change is against."""
    files: tuple[Changed, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that are still there, or new."""
        return tuple(file.path for file in self.files)

    def holds(self, path: str | None, line: int | None) -> bool:
        """Whether a finding at that place belongs to the change."""
        for file in self.files:
            if file.path == path:
                return line is None or any(
                    first - AROUND <= line <= last + AROUND for first, last in file.lines
                )
        return False
