"""One scripted turn as a running call."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from threading import Event

from langchain_core.messages import BaseMessage

from models.errors import GenerationError
from models.options import Options
from models.pieces import (
    AnswerText,
    Closed,
    Done,
    InvalidToolCall,
    Piece,
    Thinking,
    ThinkingText,
    ToolCall,
)
from models.turn import ScriptedCall, Turn
from models.usage import Usage


class ScriptedPieces:
    """Plays `turn`; waits its delay before each piece, in a way that can be cancelled."""

    def __init__(self, turn: Turn, messages: Sequence[BaseMessage], options: Options) -> None:
        self._turn = turn
        self._messages = messages
        self._thought, self._cut = _thought(turn, options)
        self._text = _until(turn.text, options.stop)
        self._closed = Event()
        self._began = time.perf_counter()

    def __iter__(self) -> Iterator[Piece]:
        for piece in self._pieces():
            if self._closed.wait(self._turn.delay):
                return
            yield piece
        yield self._end()

    async def __aiter__(self) -> AsyncIterator[Piece]:
        for piece in self._pieces():
            await asyncio.sleep(self._turn.delay)
            yield piece
        yield self._end()

    def close(self) -> None:
        """Nothing runs behind a script, but a thread may wait for its next piece."""
        self._closed.set()

    def _pieces(self) -> Iterator[Piece]:
        yield from (ThinkingText(text) for text in _cut(self._thought, self._turn.split))
        yield from (AnswerText(text) for text in _cut(self._text, self._turn.split))
        yield from (_call(call) for call in self._turn.tool_calls)

    def _end(self) -> Done:
        if self._turn.error is not None:
            raise GenerationError(self._turn.error)
        seconds = time.perf_counter() - self._began
        tokens = len(self._thought.split())
        usage = Usage(
            prompt_tokens=sum(len(message.text.split()) for message in self._messages),
            thinking_tokens=tokens,
            answer_tokens=len(self._text.split()) + len(self._turn.tool_calls),
            first_token_seconds=min(seconds, self._turn.delay),
            seconds=seconds,
        )
        closed: Closed = "budget" if self._cut else "model"
        thinking = Thinking(tokens, seconds, closed) if self._thought else None
        return Done("tool_calls" if self._turn.tool_calls else "stop", usage, thinking)


def _thought(turn: Turn, options: Options) -> tuple[str, bool]:
    """The thinking that the call lets through, and whether its budget cut it."""
    if options.thinking is False or options.thinking_budget == 0:
        return "", False
    words = turn.thinking.split()
    budget = options.thinking_budget
    if budget is None or len(words) <= budget:
        return turn.thinking, False
    return " ".join(words[:budget]), True


def _call(call: ScriptedCall) -> Piece:
    if isinstance(call.args, str):
        raw = f'{{"name": "{call.name}", "arguments": {call.args}'
        return InvalidToolCall(raw, "scripted as malformed")
    return ToolCall(call.name, call.args)


def _until(text: str, stops: Sequence[str]) -> str:
    """The text before the first stop."""
    return text[: min((at for stop in stops if (at := text.find(stop)) >= 0), default=len(text))]


def _cut(text: str, split: int | None) -> list[str]:
    size = split or max(1, len(text))
    return [text[at : at + size] for at in range(0, len(text), size)]
