"""Bytes of tokens to text: UTF-8 split anywhere, stop strings split anywhere, edges trimmed."""

from __future__ import annotations

import codecs
from collections.abc import Sequence


class Text:
    """The text of one part of an answer, given out as soon as it is certain."""

    def __init__(self, stops: Sequence[str] = (), *, trim_end: bool = False) -> None:
        """`stops` end the text. Line ends before it are dropped, and with `trim_end` after it."""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stops = tuple(stops)
        self._trim_end = trim_end
        self._begun = False
        self._held = ""
        self.stopped = False
        """Whether a stop string was found; nothing is given out after it."""

    def feed(self, piece: bytes) -> str:
        """What is certain after `piece`."""
        return self._take(self._decoder.decode(piece))

    def close(self) -> str:
        """What was held back and turned out to be text."""
        rest = self._take(self._decoder.decode(b"", final=True)) + self._held
        self._held = ""
        return "" if self.stopped else self._stripped(rest)

    def _take(self, text: str) -> str:
        if self.stopped:
            return ""
        text = self._held + text
        found = [at for stop in self._stops if (at := text.find(stop)) >= 0]
        if found:
            self.stopped, self._held = True, ""
            return self._led(text[: min(found)])
        certain = len(text) - self._uncertain(text)
        self._held = text[certain:]
        return self._led(text[:certain])

    def _led(self, text: str) -> str:
        if not self._begun:
            text = text.lstrip("\r\n")
            self._begun = bool(text)
        return text

    def _stripped(self, rest: str) -> str:
        return self._led(rest.rstrip("\r\n") if self._trim_end else rest)

    def _uncertain(self, text: str) -> int:
        """How many of the last characters may yet become a stop string or be trimmed."""
        ends = len(text) - len(text.rstrip("\r\n")) if self._trim_end else 0
        return max([ends, *(_overlap(text, stop) for stop in self._stops)])


def _overlap(text: str, stop: str) -> int:
    """The longest beginning of `stop` that `text` ends with."""
    longest = min(len(text), len(stop) - 1)
    return next((n for n in range(longest, 0, -1) if text.endswith(stop[:n])), 0)
