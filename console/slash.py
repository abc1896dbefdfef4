"""The words that begin with a slash in `cadre chat`."""

from __future__ import annotations

from difflib import get_close_matches
from enum import StrEnum

from models.errors import UsageError


class Slash(StrEnum):
    """What may be typed instead of a request."""

    THINK = "/think"
    NO_THINK = "/no_think"
    AGENTS = "/agents"
    HELP = "/help"
    QUIT = "/quit"


MEANINGS = {
    Slash.THINK: "think before every answer, until changed",
    Slash.NO_THINK: "answer without thinking, until changed",
    Slash.AGENTS: "who is on the team, with which model",
    Slash.HELP: "this list",
    Slash.QUIT: "leave; Ctrl-D does the same",
}
"""Said by /help."""


def slash_of(line: str) -> Slash | None:
    """The command in a line; None for a request, UsageError for a slash that means nothing."""
    word = line.split(maxsplit=1)[0] if line.split() else ""
    if not word.startswith("/") or "/" in word[1:]:
        return None  # a path is a fair beginning of a request
    try:
        return Slash(word.lower().replace("-", "_"))
    except ValueError:
        near = get_close_matches(word, list(Slash), n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else "see them with /help"
        raise UsageError(f"there is no {word}", hint) from None
