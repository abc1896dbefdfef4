"""One streamed answer: chunks of `chat.completion.chunk` in, our pieces out.

Thinking and text leave as they come; tool calls, and an answer that is held to a schema, leave at
the end and whole, so that a try which breaks off before has handed out nothing that counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter
from typing import Any

from models.calls import HERMES, Checker
from models.calls.format import OPEN
from models.options import Options
from models.pieces import AnswerText, Closed, Done, Finish, Piece, Thinking, ThinkingText
from models.remote.body import thinks
from models.remote.called import Called
from models.remote.manner import Manner
from models.remote.tagged import Tagged
from models.text import Text
from models.usage import Usage

Chunk = dict[str, Any]  # Any: the server's JSON
_GAVE_UP = frozenset({"abort", "error"})
"""Reasons to finish that are none."""
_MOST = 32 * 2**20
"""Characters of one answer; no model writes so many."""


class Reading:
    """One try of a call."""

    def __init__(self, options: Options, manner: Manner) -> None:
        offered = () if options.tool_choice == "none" else options.tools
        forbidden = (OPEN,) if options.tools and not offered else ()
        self._options, self._manner = options, manner
        self._began = perf_counter()
        self._tagged = Tagged(
            untagged=thinks(options) is not False and manner.untagged is not False
        )
        self._thought, self._answer = Text(trim_end=True), Text((*options.stop, *forbidden))
        self._parser = HERMES.parser(offered) if offered else None
        self._checker = Checker(offered)
        self._calls: list[Piece] = []
        self._called = Called()
        self._later: list[Piece] = []
        self._told: Chunk = {}
        self._counts = _Counts()
        self.finish = ""
        """Why the server ended, in its own word; empty as long as it has not, or has given up."""

    @property
    def whole(self) -> bool:
        """Whether the answer has come to its end."""
        return self.stopped or bool(self.finish)

    @property
    def stopped(self) -> bool:
        """Whether no more of it is wanted."""
        return self._answer.stopped or self._endless

    @property
    def _endless(self) -> bool:
        return self._counts.size + self._called.size > _MOST

    def feed(self, chunk: Chunk) -> list[Piece]:
        """What is certain after `chunk`."""
        if isinstance(usage := chunk.get("usage"), dict):
            self._told = usage
        choice = _first(chunk.get("choices"))
        delta = choice.get("delta") or choice.get("message")
        pieces = self._read(delta) if isinstance(delta, dict) else []
        if isinstance(finish := choice.get("finish_reason"), str):
            self.finish = "" if finish in _GAVE_UP else finish
        if self._endless:
            self.finish = "length"
        return self._now(pieces)

    def close(self) -> list[Piece]:
        """The rest, the calls, and the end."""
        cut = self.finish == "length"
        thought = cut and (thinks(self._options) is True or self._manner.untagged is True)
        pieces = [*self._parts(self._tagged.close(thought=thought))]
        pieces += self._thinks(self._thought.close())
        pieces += self._says(self._answer.close())
        pieces += self._sorted(self._parser.close()) if self._parser else []
        if self._tagged.untagged is not None:
            self._manner.untagged = self._tagged.untagged
        given = [*self._later, *pieces]
        calls = list(map(self._checker.checked, [*self._calls, *self._called.close(cut=cut)]))
        calls = calls[:1] if self._options.parallel_tool_calls is False else calls
        return [*given, *calls, self._done(_finish(self.finish, called=bool(calls)))]

    def _read(self, delta: Chunk) -> list[Piece]:
        self._counts.deltas += 1
        if self._parser is not None:
            self._called.feed(delta.get("tool_calls"))
        thought, text = _reasoning(delta), _content(delta.get("content"))
        pieces = list(self._thinks(self._thought.feed(_raw(thought))))
        if thought:
            self._tagged.plain()
            self._manner.untagged = False
        return pieces + list(self._parts(self._tagged.feed(text)) if text else ())

    def _now(self, pieces: list[Piece]) -> list[Piece]:
        """Those that leave at once."""
        if pieces and self._counts.first is None:
            self._counts.first = perf_counter()
        if self._options.json_schema is None:
            return pieces
        self._later += [piece for piece in pieces if isinstance(piece, AnswerText)]
        return [piece for piece in pieces if not isinstance(piece, AnswerText)]

    def _parts(self, parts: Iterator[tuple[bool, str]]) -> Iterator[Piece]:
        for thinking, text in parts:
            if thinking:
                yield from self._thinks(self._thought.feed(_raw(text)))
            else:
                yield from self._says(self._answer.feed(_raw(text)))

    def _thinks(self, text: str) -> Iterator[Piece]:
        if text:
            self._counts.thought(text)
            if text.strip() and thinks(self._options) is False:
                self._manner.thinks_anyway = True
            yield ThinkingText(text)

    def _says(self, text: str) -> Iterator[Piece]:
        if text:
            self._counts.said(text)
            yield from self._sorted(self._parser.feed(text)) if self._parser else [AnswerText(text)]

    def _sorted(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        """Text; calls that stand in it are kept."""
        for piece in pieces:
            if isinstance(piece, AnswerText):
                yield piece
            else:
                self._calls.append(piece)

    def _done(self, finish: Finish) -> Done:
        usage = self._counts.usage(self._told, self._began)
        if not self._counts.thinking:
            return Done(finish, usage)
        budget, seconds = self._options.thinking_budget, self._counts.thinking_seconds
        closed: Closed = "model"
        if budget and usage.thinking_tokens >= budget:
            closed = "budget"
        elif finish == "length" and not self._counts.answer:
            closed = "length"
        return Done(finish, usage, Thinking(usage.thinking_tokens, seconds, closed))


class _Counts:
    """Tokens and seconds of one try. Servers tell all tokens together; those of thinking are told
    by some, and else estimated by their share of the characters."""

    def __init__(self) -> None:
        self.deltas = self.thinking = self.answer = 0
        self.first: float | None = None
        self._first_thought = self._last_thought = 0.0

    def thought(self, text: str) -> None:
        self._last_thought = perf_counter()
        self._first_thought = self._first_thought or self._last_thought
        self.thinking += len(text)

    def said(self, text: str) -> None:
        self.answer += len(text)

    @property
    def size(self) -> int:
        return self.thinking + self.answer

    @property
    def thinking_seconds(self) -> float:
        return self._last_thought - self._first_thought

    def usage(self, told: Chunk, began: float) -> Usage:
        now = perf_counter()
        prompt, generated = _count(told, "prompt_tokens"), _count(told, "completion_tokens")
        reused = min(prompt, _count(told.get("prompt_tokens_details"), "cached_tokens"))
        generated = generated or self.deltas
        share = self.thinking / ((self.thinking + self.answer) or 1)
        thinking = _count(told.get("completion_tokens_details"), "reasoning_tokens")
        thinking = min(thinking or round(generated * share), generated)
        return Usage(
            prompt_tokens=prompt,
            reused_tokens=reused,
            prefilled_tokens=prompt - reused,
            thinking_tokens=thinking,
            answer_tokens=generated - thinking,
            first_token_seconds=(self.first or now) - began,
            seconds=now - began,
        )


def delayed(done: Done, seconds: float) -> Done:
    """The end of a call whose last try began so many seconds after it."""
    usage = done.usage
    longer = {
        "queued_seconds": seconds,
        "first_token_seconds": usage.first_token_seconds + seconds,
        "seconds": usage.seconds + seconds,
    }
    return replace(done, usage=usage.model_copy(update=longer))


def _finish(word: str, *, called: bool) -> Finish:
    if word == "length":
        return "length"
    return "tool_calls" if called else "stop"


def _first(choices: object) -> Chunk:
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}


def _reasoning(delta: Chunk) -> str:
    """Thinking by either of its names; a server that knows both sends the same twice."""
    found = (delta.get(name) for name in ("reasoning_content", "reasoning"))
    return next((text for text in found if isinstance(text, str) and text), "")


def _content(content: object) -> str:
    if isinstance(content, list):
        return "".join(_content(part.get("text")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _count(told: object, name: str) -> int:
    value = told.get(name) if isinstance(told, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
