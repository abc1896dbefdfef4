"""Text and calls out of an answer as it streams, both formats.

Text before, between and after calls stays text; what stands inside the tags never becomes text. A
call that cannot be read, or that the end of the answer cuts, is an `InvalidToolCall` with its raw
text. What is in a block decides how it is read, so that a model which writes the other format than
its family's is understood too. The events do not depend on how the text was cut: a decision is
made only once nothing that may follow can change it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from models.calls.format import CLOSE, OPEN, Tools, functions, parameters
from models.calls.function_block import FunctionBlock
from models.calls.json_block import JsonBlock
from models.calls.reading import read
from models.calls.values import typed
from models.pieces import AnswerText, InvalidToolCall, Piece, ToolCall

_NAME = r"[^<>\n{\[]{0,200}"
_FUNCTION = rf"<function=(?P<name>{_NAME})>"
_CONTENT = re.compile(_FUNCTION + r"|[{\[]|</?tool_call>")
"""What shows how a block is to be read."""
_BARE = _FUNCTION + r"(?=\s{0,80}(?:<parameter=|</function>))"
"""A function outside of the tags, which Qwen3-Coder forgets often; bounded, as it is held back."""


class Parser:
    """See `CallParser`. `bare`: a function without the tags around it is a call too."""

    def __init__(self, tools: Tools, *, bare: bool) -> None:
        self.calls = 0
        """Calls so far, unreadable ones included."""
        self._functions = functions(tools)
        self._tag = re.compile(f"{OPEN}|{CLOSE}|{_BARE}" if bare else f"{OPEN}|{CLOSE}")
        self._unsure = _BARE_BEGUN if bare else _TAG_BEGUN
        self._held = ""
        self._inside = False
        self._content: JsonBlock | _Function | None = None
        """What the open block holds, once that shows."""
        self._unclosed = False
        """Whether the last block ended without its closing tag, which may yet come."""
        self._space = ""

    def feed(self, text: str) -> Iterator[Piece]:
        """What is certain after `text`."""
        self._held += text
        yield from self._read(final=False)

    def close(self) -> Iterator[Piece]:
        """What was held back; a call that never ended is unreadable, unless it is whole."""
        yield from self._read(final=True)
        if self._space and not self.calls:
            yield AnswerText(self._space)

    def _read(self, *, final: bool) -> Iterator[Piece]:
        while self._inside or self._held:
            pieces = self._block(final=final) if self._inside else self._outside(final=final)
            if pieces is None:
                return
            yield from pieces

    def _outside(self, *, final: bool) -> list[Piece] | None:
        """Text up to the next call; None: nothing is certain."""
        found = self._tag.search(self._held)
        if found is not None:
            return self._bordered(found)
        unsure = None if final else self._unsure.search(self._held)
        certain = unsure.start() if unsure else len(self._held)
        text, self._held = self._held[:certain], self._held[certain:]
        return self._text(text) if text else None

    def _bordered(self, tag: re.Match[str]) -> list[Piece]:
        """Text, and the tag that follows it."""
        begin, end = tag.span()
        if tag[0] == CLOSE and not self._unclosed:
            text, self._held = self._held[:end], self._held[end:]
            return self._text(text)
        pieces = self._text(self._held[:begin])
        self._held = self._held[end if tag[0] in (OPEN, CLOSE) else begin :]
        if tag[0] == CLOSE:
            self._unclosed, self._space = False, ""
        else:
            self._inside = True
        return pieces

    def _block(self, *, final: bool) -> list[Piece] | None:
        """What stands inside the tags; None: it has not ended."""
        if self._content is None:
            content = _CONTENT.search(self._held)
            if content is None and not final:
                return None
            self._content = self._opened(content)
        if isinstance(self._content, JsonBlock):
            return self._json(self._content, final=final)
        return self._function(self._content, final=final)

    def _opened(self, content: re.Match[str] | None) -> JsonBlock | _Function:
        if content is None or content["name"] is None:
            return JsonBlock()
        name = content["name"].strip().strip("\"'")
        schema = parameters(self._functions[name]) if name in self._functions else None
        keys = schema.get("properties", {}) if schema is not None else None
        return _Function(name, schema, FunctionBlock(content.end(), keys))

    def _json(self, block: JsonBlock, *, final: bool) -> list[Piece] | None:
        extent = block.extent(self._held, final=final)
        if extent is None:
            return None
        raw = self._held[: extent.end]
        if not raw.strip() and extent.after < len(self._held) and not extent.closed:
            return self._called([], extent.after)  # a tag that was said twice
        pieces, end = read(raw, closed=extent.closed)
        return self._called(pieces, extent.after if extent.closed else end, closed=extent.closed)

    def _function(self, function: _Function, *, final: bool) -> list[Piece] | None:
        end = function.block.end(self._held, final=final)
        if end is None and not final:
            return None
        call = function.call(self._held[:end], whole=end is not None)
        return self._called([call], len(self._held) if end is None else end)

    def _called(self, pieces: list[Piece], after: int, *, closed: bool = False) -> list[Piece]:
        """The answer goes on at `after`; white space beside a call is the template's."""
        self._held, self._content = self._held[after:], None
        self._inside, self._unclosed, self._space = False, not closed, ""
        self.calls += len(pieces)
        return pieces

    def _text(self, text: str) -> list[Piece]:
        """White space is held until text follows: beside a call it is the template's, not text."""
        text = self._space + text
        kept = text.rstrip()
        self._space = text[len(kept) :]
        return [AnswerText(kept)] if kept else []


@dataclass(frozen=True, slots=True)
class _Function:
    name: str
    schema: dict[str, Any] | None  # Any: a JSON schema
    """None: no tool has this name."""
    block: FunctionBlock

    def call(self, raw: str, *, whole: bool) -> Piece:
        """What `raw` holds, as far as it was read."""
        if not whole:
            return InvalidToolCall(raw, "cut off before its end: </function> is missing")
        if not self.name:
            return InvalidToolCall(raw, "the function has no name")
        if self.block.twice is not None:
            return InvalidToolCall(raw, f"the parameter {self.block.twice} is given twice")
        root = self.schema or {}
        known = root.get("properties", {})
        values = self.block.values.items()
        return ToolCall(self.name, {k: typed(text, known.get(k), root) for k, text in values}, raw)


def _begun(text: str) -> str:
    """A pattern of the beginnings of `text`, the whole of it left out."""
    return "|".join(re.escape(text[:size]) for size in range(len(text) - 1, 0, -1))


_TAG_BEGUN = re.compile(rf"(?:{_begun(OPEN)}|{_begun(CLOSE)})\Z")
_BARE_BEGUN = re.compile(
    rf"(?:{_begun(OPEN)}|{_begun(CLOSE)}|{_begun('<function=')}|<function={_NAME}"
    rf"|{_FUNCTION}\s{{0,80}}(?:{_begun('<parameter=')}|{_begun('</function>')})?)\Z"
)
"""What may yet become a tag."""
