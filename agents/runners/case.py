"""One test that has run, and how it went."""

from dataclasses import dataclass
from enum import StrEnum

DETAIL_CHARS = 1500
"""What is kept of one test's traceback, from its end."""


class Status(StrEnum):
    """How a test went."""

    PASSED = "passed"
    FAILED = "failed"
    """What it asserts does not hold, or it raised."""
    ERROR = "error"
    """It could not run: a fixture, its module, its file."""
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Frame:
    """A line of the repository that a traceback names."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True)
class Case:
    """A test."""

    test: str
    """Its name, in the form in which its runner takes it."""
    status: Status
    seconds: float = 0.0
    path: str | None = None
    """The file that it stands in, relative to the repository, where that is known."""
    line: int | None = None
    """Of a failure, the last line of that file in the traceback; else where the test begins."""
    kind: str = ""
    """The exception's type, such as `AssertionError`; empty where it is not told."""
    said: str = ""
    """The failing assertion or the exception, in one line."""
    frame: Frame | None = None
    """The deepest line of the repository in the traceback."""
    detail: str = ""
    """The traceback's end."""

    @property
    def bad(self) -> bool:
        """Whether it failed, or could not run."""
        return self.status in {Status.FAILED, Status.ERROR}

    @property
    def where(self) -> Frame | None:
        """Its own failing line, or the deepest one where that is all there is."""
        return Frame(self.path, self.line) if self.path and self.line else self.frame
