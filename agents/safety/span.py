"""A stretch of a line that holds a secret."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Span:
    """Where a secret stands in a line, and of what kind it is."""

    start: int
    end: int
    kind: str
    secret: str = ""
    """By what it is known again, where that is not the text itself."""
