"""How one kind of error line looks, and where the place that it speaks of stands.

A rule is tried only on lines that hold its word; the words alone are searched for in whole blocks.
Its pattern may name the groups `text`, `path`, `line` and `code`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from agents.logs.fault import Category, Rank

Find = Callable[[str], re.Match[str] | None]


@dataclass(frozen=True)
class Hunt:
    """Looks for a line near the error that says more; its pattern names groups as a rule's does."""

    pattern: re.Pattern[str]
    lines: int = 60
    """How far it looks."""
    back: bool = False
    """Whether it looks above the error."""
    until: re.Pattern[str] | None = None
    """What ends the search."""
    last: bool = False
    """Whether the last counts that it comes by; else the first."""
    after: re.Pattern[str] | None = None
    """What it passes before it begins to look."""
    instead: "Hunt | None" = None
    """Where to look if there is nothing."""


@dataclass(frozen=True)
class Rule:
    """One kind of error line."""

    word: str
    """In lower case, one that `words` searches for; where it is empty, `any_of` decides."""
    pattern: re.Pattern[str]
    category: Category
    rank: Rank = Rank.EXACT
    tool: str = ""
    message: Hunt | None = None
    """Where the error's own words stand, if not in this line."""
    place: Hunt | None = None
    """Where its file and line stand, if not in this line; seen from the message."""
    unless: re.Pattern[str] | None = None
    """What one of the next two lines says where the error does not count."""

    any_of: tuple[str, ...] = ()
    """In lower case; where there are some, one of them has to stand in the line."""

    @property
    def find(self) -> Find:
        """Looks for the pattern in a line; where it can only stand at the beginning, only there."""
        anchored = self.pattern.pattern.startswith("^") and not _has_choice(self.pattern.pattern)
        return self.pattern.match if anchored else self.pattern.search


def seen(pattern: str) -> re.Pattern[str]:
    """A pattern of a rule."""
    return re.compile(pattern)


def _has_choice(pattern: str) -> bool:
    """Whether a `|` stands outside of all parentheses, so that `^` holds for one side alone."""
    bare = re.sub(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", "", pattern)
    depth = 0
    for character in bare:
        depth += (character == "(") - (character == ")")
        if character == "|" and not depth:
            return True
    return False
