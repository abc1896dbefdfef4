"""Thinking out of an answer's text, for servers that leave its tags there.

    <think> ... </think> answer       as Qwen writes it
    ... </think> answer               where the template has written the opening tag

The second form shows only at its end. Until it has shown which form a server has, the text is held.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto

from models.families.tags import QWEN_THINKS

OPEN, CLOSE = QWEN_THINKS.open, QWEN_THINKS.close
Part = tuple[bool, str]
"""Whether it is thinking, and the text."""


class _Place(Enum):
    BEGIN = auto()
    HELD = auto()
    THINKING = auto()
    ANSWER = auto()


class Tagged:
    """Fed with text, cut anywhere; the parts do not depend on the cut."""

    def __init__(self, *, untagged: bool) -> None:
        """`untagged`: text that does not begin with the opening tag may be thinking."""
        self._may_be_untagged = untagged
        self._place = _Place.BEGIN
        self._text = ""
        self.untagged: bool | None = None
        """Whether the opening tag was missing before a closing one; None: it did not show."""

    def feed(self, text: str) -> Iterator[Part]:
        """What is certain after `text`."""
        self._text += text
        while part := self._next():
            if part[1]:
                yield part

    def close(self, *, thought: bool) -> Iterator[Part]:
        """What was held back; `thought`: without a closing tag it is thinking that was cut."""
        rest, self._text = self._text, ""
        held = self._place is _Place.HELD
        if held and not thought:
            self.untagged = False
        if rest:
            yield self._place is _Place.THINKING or (held and thought), rest

    def plain(self) -> None:
        """The server parts thinking itself, so that no text is thinking."""
        if self._place is _Place.BEGIN:
            self._place = _Place.ANSWER

    def _next(self) -> Part | None:
        """The next part, which may be empty; None: nothing more is certain."""
        match self._place:
            case _Place.BEGIN:
                return self._begin()
            case _Place.HELD:
                return self._closed(untagged=True)
            case _Place.THINKING:
                return self._closed(untagged=False)
            case _Place.ANSWER:
                part, self._text = self._text, ""
                return (False, part) if part else None

    def _begin(self) -> Part | None:
        begun = self._text.lstrip()
        if len(begun) < len(OPEN) and OPEN.startswith(begun):
            return None
        if begun.startswith(OPEN):
            self._text, self._place, self.untagged = begun[len(OPEN) :], _Place.THINKING, False
        else:
            self._place = _Place.HELD if self._may_be_untagged else _Place.ANSWER
        return True, ""

    def _closed(self, *, untagged: bool) -> Part | None:
        """Thinking up to its closing tag, or as far as no tag may begin."""
        thought, tag, after = self._text.partition(CLOSE)
        if tag:
            self.untagged = untagged
            self._place, self._text = _Place.ANSWER, after
            return True, thought
        if untagged:
            return None
        held = next(n for n in range(len(CLOSE) - 1, -1, -1) if self._text.endswith(CLOSE[:n]))
        end = len(self._text) - held
        part, self._text = self._text[:end], self._text[end:]
        return (True, part) if part else None
