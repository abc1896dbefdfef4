"""LangChain's messages as the turns that templates know: one record a message, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ChatMessage

from models.errors import GenerationError
from models.families.tags import ANSWER, ANSWER_END, CALL, THINK, THINK_END
from models.vocabulary import Segment

_ROLES = {"human": "user", "ai": "assistant"}
_READ = {"text", "reasoning", "tool_call", "tool_use", "invalid_tool_call", "non_standard"}
"""Kinds of content blocks; calls stand in the message's own fields as well."""


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call of an earlier turn."""

    name: str
    arguments: dict[str, Any]  # Any: the model's own JSON


@dataclass(frozen=True, slots=True)
class Turn:
    """One message."""

    role: str
    """system, user, assistant, tool, or what else the message calls itself."""
    text: str
    marks: tuple[int, ...] = ()
    """Where in the text a block marked by `cache_control` ends."""
    reasoning: str | None = None
    """None: the message says nothing of it; its text may."""
    calls: tuple[Call, ...] = ()
    unread: tuple[str, ...] = ()
    """Calls that could not be read, as the model wrote them between the tags."""

    @property
    def segments(self) -> Iterator[Segment]:
        """The text, cut where it is marked."""
        for start, end in pairwise((0, *self.marks)):
            yield Segment(self.text[start:end], stable=True)
        yield Segment(self.text[self.marks[-1] if self.marks else 0 :])

    @property
    def queries(self) -> bool:
        """Whether it is a user's own turn, and not a tool's answer in a user's place."""
        wrapped = self.text.startswith(ANSWER.text) and self.text.endswith(ANSWER_END.text)
        return self.role == "user" and not wrapped

    def trimmed(self) -> Turn:
        """Without spaces and line ends around its text."""
        text = self.text.strip()
        before = len(self.text) - len(self.text.lstrip())
        marks = tuple(min(max(mark - before, 0), len(text)) for mark in self.marks)
        return replace(self, text=text, marks=marks)

    def parted(self) -> Turn:
        """With the thinking that its text holds, by its tags, as its reasoning."""
        if self.reasoning is not None or THINK_END.text not in self.text:
            return self
        first, *_, last = self.text.split(THINK_END.text)
        thought = first.rstrip("\n").split(THINK.text)[-1].lstrip("\n")
        return replace(self, text=last.lstrip("\n"), reasoning=thought)


def turns_of(messages: Sequence[BaseMessage]) -> list[Turn]:
    """One turn a message; a GenerationError where one holds what is no text."""
    return [_turn(message) for message in messages]


def last_query(turns: Sequence[Turn]) -> int:
    """Where the user spoke last; the last turn where nobody did."""
    queries = (at for at in reversed(range(len(turns))) if turns[at].queries)
    return next(queries, len(turns) - 1)


def _turn(message: BaseMessage) -> Turn:
    text, role = _text(message), _role(message)
    if not isinstance(message, AIMessage):
        return Turn(role, text, marks=tuple(_marks(message, text)))
    calls = tuple(Call(call["name"], call["args"]) for call in message.tool_calls)
    raws = ((invalid["args"] or "") for invalid in message.invalid_tool_calls)
    unread = tuple(raw.removeprefix(CALL.text).strip() for raw in raws)
    return Turn(role, text, reasoning=_reasoning(message), calls=calls, unread=unread)


def _role(message: BaseMessage) -> str:
    if isinstance(message, ChatMessage):
        return message.role
    return _ROLES.get(message.type, message.type)


def _text(message: BaseMessage) -> str:
    """The message's text; thinking is no part of it, and pictures are refused."""
    for block in message.content if isinstance(message.content, list) else ():
        kind = "text" if isinstance(block, str) else block.get("type")
        if kind not in _READ:
            raise GenerationError(f"this model reads text only, not {kind}")
    return str(message.text)


def _reasoning(message: AIMessage) -> str | None:
    """Its reasoning blocks, or what other servers' chat models put beside the content."""
    blocks = message.content if isinstance(message.content, list) else ()
    found = [
        str(block.get("reasoning", ""))
        for block in blocks
        if isinstance(block, dict) and block.get("type") == "reasoning"
    ]
    if found:
        return "".join(found)
    beside = message.additional_kwargs.get("reasoning_content")
    return beside if isinstance(beside, str) else None


def _marks(message: BaseMessage, text: str) -> Iterator[int]:
    at = 0
    for block in message.content if isinstance(message.content, list) else ():
        if isinstance(block, dict) and "cache_control" in block:
            marked = str(block.get("text", ""))
            at = text.find(marked, at) + len(marked)
            yield at
