"""One function in XML, as it streams in: where it ends, and the texts of its parameters.

A value is whatever stands before a `</parameter>` that another tag follows, so it may hold code
with tags in it. Only where no such tag comes is a missing one assumed.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_TAG = re.compile(
    r"</?tool_call>|</function>|</parameter>|<function=[^<>\n]*>|<parameter=(?P<key>[^<>\n]*)>"
)
_NAME = re.compile(r"[\w.-]+")


class FunctionBlock:
    """Reads the function that a text begins with, while the text grows."""

    def __init__(self, at: int, keys: Collection[str] | None) -> None:
        """`at`: where the function's own tag ends. `keys`: the parameters that the tool has; None:
        it is not known."""
        self.values: dict[str, str] = {}
        """What was read."""
        self.twice: str | None = None
        """A parameter that was given twice."""
        self._keys, self._seen, self._text = keys, at, ""
        self._key: str | None = None
        """Whose value is open."""
        self._begin = 0
        self._closed: re.Match[str] | None = None
        """The last closing tag in the open value."""
        self._ended: re.Match[str] | None = None
        """The first tag in the open value that may have ended the function."""

    def end(self, text: str, *, final: bool) -> int | None:
        """Where it ends in `text`; None: that shows only when more has come, or, if `final`, it
        does not end."""
        self._text = text
        for tag in _TAG.finditer(text, self._seen):
            self._seen = tag.end()
            end = self._see(tag)
            if end is not None:
                return end
        if not final or self._ended is None or self._key is None:
            return None
        return self._give_up(self._ended)

    def _see(self, tag: re.Match[str]) -> int | None:
        if self._key is not None:
            if self._closed is None or not self._follows(self._closed, tag):
                return self._see_in_value(tag)
            self._take(self._closed)
        match tag[0]:
            case "</parameter>":
                return None
            case "</function>":
                return tag.end()
            case _ if tag["key"] is None:
                return tag.start()
        self._open(tag)
        return None

    def _see_in_value(self, tag: re.Match[str]) -> int | None:
        if tag[0] == "</parameter>":
            self._closed = tag
        elif tag["key"] is not None and self._expected(tag):
            self._take(self._closed or tag)
            self._open(tag)
        elif tag[0] in ("</function>", "</tool_call>"):
            self._ended = self._ended or tag
        elif tag[0] == "<tool_call>" and self._ended is not None:
            return self._give_up(self._ended)
        return None

    def _follows(self, closed: re.Match[str], tag: re.Match[str]) -> bool:
        """Whether `tag` shows that `closed` did close the value."""
        between = self._text[closed.end() : tag.start()]
        return tag[0] != "</parameter>" and not between.strip()

    def _expected(self, tag: re.Match[str]) -> bool:
        """Whether `tag` is more likely a parameter's than the open value's."""
        key = tag["key"].strip()
        known = _NAME.fullmatch(key) if self._keys is None else key in self._keys
        leads = self._text[tag.start() - 1] == "\n"
        return leads and bool(known) and key not in self.values and key != self._key

    def _open(self, tag: re.Match[str]) -> None:
        self._key, self._begin = tag["key"].strip(), tag.end()
        self._closed = self._ended = None

    def _take(self, until: re.Match[str]) -> None:
        """The open value ends before `until`; one line end at either side is the format's."""
        value = self._text[self._begin : until.start()].removeprefix("\n").removesuffix("\n")
        assert self._key is not None, "a value is open"
        if self._key in self.values:
            self.twice = self._key
        self.values[self._key] = value
        self._key = None

    def _give_up(self, ended: re.Match[str]) -> int:
        """Nothing closed the value as it should be: then this tag ended the function."""
        closed = self._closed if self._closed and self._closed.end() <= ended.start() else None
        self._take(closed or ended)
        return ended.end() if ended[0] == "</function>" else ended.start()
