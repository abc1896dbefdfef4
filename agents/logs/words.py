"""Finds the lines of a block that are worth a look, at the speed of a search for fixed words.

A part of each word is searched for, as few as possible, since each takes as long as the other. What
stands around a part then says whether it is the word, or a name with it, such as `on_error.html`.
"""

import re
from collections.abc import Iterator, Mapping

from agents.logs.windows import Window

_NAMED = rb"(?!\w*[_.-]\w)(?!\w*[\"']?[:=] ?[\"']?0\b)"
_COUNTED = rb"(?<![_-])(?<!\W0 )(?<!\Wno )"


def _word(part: bytes, rest: bytes = b"") -> re.Pattern[bytes]:
    """The part where it is no piece of a name, and not counted as none."""
    return re.compile(_COUNTED + part + rest + _NAMED)


PARTS: Mapping[bytes, re.Pattern[bytes] | None] = {
    b"err": _word(b"err", rb"(?:or|!)"),
    b"fail": _word(b"fail", rb"(?!over|-fast)"),
    b"exit": _word(b"exit", rb"(?!s\b|ing\b)"),
    b"retr": re.compile(rb"retr(?:y|ies)"),
    b"not ": re.compile(rb"not (?:found|recognized|ok )|(?<=can)not |(?<=could )not "),
    b"no s": re.compile(rb"no s(?:uch|pace)"),
    **{part: _word(part) for part in (b"fatal", b"exception", b"panic", b"timeout", b"conflict")},
    **{part: _word(part) for part in (b"cancel", b"attempt")},
    **dict.fromkeys(
        (b"undefined", b"unbound", b"denied", b"refused", b"timed out", b"killed", b"unable to")
    ),
    **dict.fromkeys((b"reformat", b"***", b"##[", b"\n+ ", b"z + ", b"] run ")),
}

OPTIONAL = (b"section_", b"[32;1m$ ", b"[pipeline] {", b"--- :", b"~~~ ", "⭐ run ".encode())
"""Words of steps. A pipeline that uses one of them does so from the beginning."""


class Search:
    """Goes through the windows of one log."""

    def __init__(self) -> None:
        self._parts: dict[bytes, re.Pattern[bytes] | None] = {}

    def worth_a_look(self, window: Window) -> Iterator[tuple[int, int, int]]:
        """Start, end and number of each line of the window that holds a word."""
        body = window.data[window.start : window.end].lower()
        if not self._parts:
            self._parts = {**PARTS, **dict.fromkeys(word for word in OPTIONAL if word in body)}
        ends: dict[int, int] = {}
        for part, around in self._parts.items():
            _find(body, part, around, ends)
        number, counted = window.first, 0
        for start in sorted(ends):
            number += body.count(b"\n", counted, start)
            counted = start
            yield window.start + start, window.start + ends[start], number


def _find(body: bytes, part: bytes, around: re.Pattern[bytes] | None, ends: dict[int, int]) -> None:
    """Note where the lines that hold the part begin and end, each once."""
    break_first = part.startswith(b"\n")
    if break_first and body.startswith(part[1:]):
        ends[0] = _end(body, 0)
    position = 0
    while (hit := body.find(part, position)) >= 0:
        if around and not around.match(body, hit):
            position = hit + len(part)
            continue
        start = hit + 1 if break_first else body.rfind(b"\n", 0, hit) + 1
        ends[start] = position = _end(body, hit + break_first)


def _end(body: bytes, start: int) -> int:
    end = body.find(b"\n", start)
    return len(body) if end < 0 else end
