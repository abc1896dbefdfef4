"""What a model streams, before it becomes LangChain's messages.

Every chat model of ours, local or scripted, yields these; `assembly` turns them into chunks.
The last piece of a stream is always `Done`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from models.usage import Usage

Finish = Literal["stop", "length", "tool_calls"]
Closed = Literal["model", "budget", "length"]


@dataclass(frozen=True, slots=True)
class ThinkingText:
    """A piece of the thinking trace."""

    text: str


@dataclass(frozen=True, slots=True)
class AnswerText:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One whole tool call."""

    name: str
    args: dict[str, Any]  # Any: the arguments are the model's own JSON
    raw: str = field(default="", compare=False, repr=False)
    """As the model wrote it, where that is known."""


@dataclass(frozen=True, slots=True)
class InvalidToolCall:
    """A tool call that cannot be read; kept as the model wrote it."""

    raw: str
    error: str


@dataclass(frozen=True, slots=True)
class Thinking:
    """How the thinking of one call went."""

    tokens: int
    seconds: float
    closed: Closed


@dataclass(frozen=True, slots=True)
class Done:
    """The end of a call, and what it cost."""

    finish: Finish
    usage: Usage
    thinking: Thinking | None = None


Piece = ThinkingText | AnswerText | ToolCall | InvalidToolCall | Done


class Pieces(Protocol):
    """One running call, read either way; closing it early cancels it."""

    def __iter__(self) -> Iterator[Piece]: ...

    def __aiter__(self) -> AsyncIterator[Piece]: ...

    def close(self) -> None: ...
