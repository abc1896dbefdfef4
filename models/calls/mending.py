"""JSON as models damage it: read where the meaning is certain, else a ValueError.

Mended are text and code fences around a value, doubled braces, braces that are missing or too many
at the end, commas before a bracket, single quotes, Python's literals, names without quotes, line
ends inside strings, escapes that JSON does not know, and a value that was escaped as a whole.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

_BEGIN = re.compile(r"(?P<value>\{|\[(?=\s*[\[{\]]))")
"""Where a value begins amid other text."""
_NEXT = re.compile(r"[\s},;]*(?P<value>\{)")
"""Where another one begins behind it."""
_ESCAPED = re.compile(r'[\[{\s]*\\"')
"""How a value begins that was escaped as a whole."""
_STRING = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'", re.DOTALL)
_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt]|u[0-9a-fA-F]{4})|(.))|(")', re.DOTALL)
_WORD = re.compile(r"[-+.\w]+")
_SPACE = re.compile(r"\s*")
_LITERALS = {"True": True, "False": False, "None": None}


def mended(text: str, *, closed: bool) -> tuple[list[Any], int]:  # Any: JSON
    """The objects and lists in `text`, in order, and where the last of them ends.

    `closed`: the model itself said that it had ended, so that brackets which are missing at the
    end can be no more than that.
    """
    if _ESCAPED.match(text):
        return [*mended(str(json.loads(f'"{text}"', strict=False)), closed=closed)[0]], len(text)
    values, end = [], 0
    begin = _BEGIN.search(text)
    while begin:
        reader = _Reader(text, begin.start("value"), closed=closed)
        values.append(reader.value())
        end = reader.at
        begin = _NEXT.match(text, end)
    if not values:
        raise ValueError("no JSON object")
    if closed and "{" in text[end:]:
        raise ValueError(f"what follows the JSON is none: {text[end:].strip()[:20]!r}")
    return values, end


def mended_value(text: str) -> Any:  # Any: JSON
    """The one value that `text` is."""
    reader = _Reader(text, 0, closed=False)
    value = reader.value()
    if text[reader.at :].strip():
        raise ValueError(f"more than one value: {text[reader.at :][:20]!r}")
    return value


class _Reader:
    """Reads one value from `at` on."""

    def __init__(self, text: str, at: int, *, closed: bool) -> None:
        self.at = at
        self._text, self._closed = text, closed

    def value(self) -> Any:  # Any: JSON
        """The value that begins here; `at` then stands behind it."""
        match self._next():
            case "{":
                return self._object()
            case "[":
                return self._list()
            case '"' | "'":
                return self._string()
        word = self._take(_WORD)
        return _LITERALS[word] if word in _LITERALS else json.loads(word)

    def _object(self) -> dict[str, Any]:  # Any: JSON
        self.at += 1
        if self._next() == "{":
            return self._object()  # doubled, as format strings have it
        found: dict[str, Any] = {}
        while not self._ends("}", first=not found):
            name = self._string() if self._next() in ("'", '"') else self._take(_WORD)
            if self._next() != ":":
                self._fail("a colon")
            self.at += 1
            found[name] = self.value()
        return found

    def _list(self) -> list[Any]:  # Any: JSON
        self.at += 1
        found: list[Any] = []
        while not self._ends("]", first=not found):
            found.append(self.value())
        return found

    def _ends(self, bracket: str, *, first: bool) -> bool:
        """Whether the object or list ends here; passes the comma if it does not."""
        following = self._next()
        if following == "," and not first:
            self.at += 1
            following = self._next()
            if following == "":
                self._fail("more")
        elif following == "" and self._closed and not first:
            return True
        elif following != bracket and not first:
            self._fail(f"a comma or {bracket}")
        self.at += following == bracket
        return following == bracket

    def _string(self) -> str:
        found = _STRING.match(self._text, self.at)
        if not found:
            self._fail("the end of a string")
        self.at = found.end()
        inside = found[1] if found[1] is not None else found[2]
        return str(json.loads(f'"{_ESCAPE.sub(_escaped, inside)}"', strict=False))

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self.at)
        if not found:
            self._fail("a value")
        self.at = found.end()
        return found[0]

    def _next(self) -> str:
        """The character that follows, white space left out; none at the end."""
        space = _SPACE.match(self._text, self.at)
        self.at = space.end() if space else self.at
        return self._text[self.at : self.at + 1]

    def _fail(self, wanted: str) -> NoReturn:
        raise ValueError(f"{wanted} is wanted at character {self.at}")


def _escaped(found: re.Match[str]) -> str:
    """An escape that JSON knows, or what was meant by one that it does not."""
    known, unknown, quote = found.groups()
    if known or quote:
        return found[0] if known else '\\"'
    return "'" if unknown == "'" else "\\\\" + str(unknown)
