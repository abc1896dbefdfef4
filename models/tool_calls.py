"""Tool calls out of an answer's text as it streams: `<tool_call>`, JSON, `</tool_call>`.

Text before, between and after calls stays text; what stands inside the tags never becomes text. A
call that cannot be read, or that the end of the answer cuts, is an `InvalidToolCall` with its raw
text. The events do not depend on how the text was cut.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from models.pieces import AnswerText, InvalidToolCall, Piece, ToolCall

_OPEN, _CLOSE = "<tool_call>", "</tool_call>"


class ToolCallParser:
    """Fed with an answer's text; gives out text and calls."""

    def __init__(self) -> None:
        self._held = ""
        self._inside = False
        self._space = ""
        self.calls = 0
        """Calls so far, unreadable ones included."""

    def feed(self, text: str) -> Iterator[Piece]:
        """What is certain after `text`."""
        self._held += text
        while True:
            before, tag, after = self._held.partition(_CLOSE if self._inside else _OPEN)
            if not tag:
                break
            self._held = after
            yield from self._call(before) if self._inside else self._text(before)
            self._inside = not self._inside
        if not self._inside:
            certain = len(self._held) - _overlap(self._held)
            text, self._held = self._held[:certain], self._held[certain:]
            yield from self._text(text)

    def close(self) -> Iterator[Piece]:
        """What was held back; a call that never ended is unreadable, unless it is whole."""
        held, self._held = self._held, ""
        if self._inside:
            self._inside = False
            yield from self._call(held)
        else:
            yield from self._text(held)
            yield from self._end_text()

    def _text(self, text: str) -> Iterator[Piece]:
        """White space is held until text follows: beside a call it is the template's, not text."""
        text = self._space + text
        kept = text.rstrip()
        self._space = text[len(kept) :]
        if kept:
            yield AnswerText(kept)

    def _end_text(self) -> Iterator[Piece]:
        if self._space and not self.calls:
            yield AnswerText(self._space)

    def _call(self, raw: str) -> Iterator[Piece]:
        self.calls += 1
        self._space = ""
        yield _read(raw)


def _read(raw: str) -> Piece:
    try:
        call = json.loads(raw)
    except (json.JSONDecodeError, RecursionError) as error:
        return InvalidToolCall(raw, f"not JSON: {error}")
    if not isinstance(call, dict) or not isinstance(call.get("name"), str):
        return InvalidToolCall(raw, 'not an object with a "name"')
    arguments = call.get("arguments", {})
    if isinstance(arguments, str):
        return _read_twice(raw, call["name"], arguments)
    if not isinstance(arguments, dict):
        return InvalidToolCall(raw, '"arguments" is not an object')
    return ToolCall(call["name"], arguments)


def _read_twice(raw: str, name: str, arguments: str) -> Piece:
    """Some models write the arguments as a string that holds JSON."""
    try:
        inner = json.loads(arguments)
    except (json.JSONDecodeError, RecursionError) as error:
        return InvalidToolCall(raw, f'"arguments" is not JSON: {error}')
    if not isinstance(inner, dict):
        return InvalidToolCall(raw, '"arguments" is not an object')
    return ToolCall(name, inner)


def _overlap(text: str) -> int:
    """How many of the last characters may be the beginning of the opening tag."""
    longest = min(len(text), len(_OPEN) - 1)
    return next((n for n in range(longest, 0, -1) if text.endswith(_OPEN[:n])), 0)
