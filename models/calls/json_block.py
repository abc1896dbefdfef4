"""Where a block of JSON ends, as it streams in."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from models.calls.format import CLOSE

_BORDER = re.compile(r"</?tool_call>")
_TOKEN = re.compile(r'(?P<string>"[^"\\\n]*(?:\\.[^"\\\n]*)*")|(?P<begun>")|</?tool_call>')
_ENDS_STRING = re.compile(r'["\n]')


@dataclass(frozen=True, slots=True)
class Extent:
    """A block that has ended."""

    end: int
    """Where its content ends."""
    after: int
    """Where the answer goes on."""
    closed: bool
    """Whether a closing tag ended it."""


class JsonBlock:
    """Looks for the end of a block in a text that grows.

    A tag inside a string of JSON ends nothing, if the string ends on its line and all of it turns
    out to be JSON. The next call's opening tag ends a block too.
    """

    def __init__(self) -> None:
        self._seen = self._waited = 0
        self._first: Extent | None = None
        """Where it ends if a string with a tag in it turns out to be none."""

    def extent(self, text: str, *, final: bool) -> Extent | None:
        """Where the block ends that `text` begins with; None: that shows only when more has come.
        `final`: no more will."""
        if not final and self._waited and not _ENDS_STRING.search(text, self._waited):
            return None
        while token := _TOKEN.search(text, self._seen):
            if token["begun"] and not final and text.find("\n", token.end()) < 0:
                self._waited = len(text)  # for a string that may yet end
                return None
            self._seen, self._waited = token.end(), 0
            if token["string"]:
                inside = _BORDER.search(text, *token.span())
                self._first = self._first or (_at(inside) if inside else None)
            elif not token["begun"]:
                return self._chosen(_at(token), text)
        return (self._first or Extent(len(text), len(text), closed=False)) if final else None

    def _chosen(self, border: Extent, text: str) -> Extent:
        return border if self._first is None or _is_json(text[: border.end]) else self._first


def _at(tag: re.Match[str]) -> Extent:
    closed = tag[0] == CLOSE
    return Extent(tag.start(), tag.end() if closed else tag.start(), closed)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return False
    return True
