"""What an adapter must do: render a conversation, and know how its model thinks and samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from langchain_core.messages import BaseMessage

from models.calls import CallFormat
from models.sampling import Sampling
from models.vocabulary import Segment

Thinks = Literal["switch", "always", "never"]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A rendered conversation."""

    segments: tuple[Segment, ...]
    thinking: bool
    """Whether the model may think in this call."""
    opened: bool = False
    """Whether the prompt itself opens the thinking block."""

    @property
    def text(self) -> str:
        """The prompt as the model's own template writes it."""
        return "".join(segment.text for segment in self.segments)


@dataclass(frozen=True, slots=True)
class ThinkTags:
    """How a family writes thinking."""

    open: str
    close: str
    after: str
    """What follows the closing tag, before the answer."""
    closing: str
    """Said for the model when its budget is used up, before the closing tag."""


class Family(Protocol):
    """Template, thinking switch, tool calls and sampling of one family."""

    @property
    def name(self) -> str: ...

    @property
    def can(self) -> Thinks:
        """Whether thinking can be switched, or is always or never there."""

    @property
    def tags(self) -> ThinkTags | None:
        """None: its vocabulary has no such tags, and it never thinks. Of a family that never
        thinks and has them, no answer may hold one."""

    @property
    def calls(self) -> CallFormat:
        """How its model writes tool calls."""

    @property
    def note(self) -> str:
        """What a person should know of how this family was chosen; mostly empty."""

    def render(
        self,
        messages: Sequence[BaseMessage],
        tools: Sequence[dict[str, Any]],  # Any: JSON schemas
        thinking: bool | None,
        *,
        stable: bool = False,
    ) -> Prompt:
        """The prompt up to where the model goes on, as the model's own template has it.

        `thinking` None: the latest turn's switch, else the default; a GenerationError where the
        model cannot do what is asked. `stable`: what was rendered of earlier turns never changes
        while the conversation grows; so no thinking of theirs is ever repeated.
        """

    def sampling(self, *, thinking: bool) -> Sampling:
        """What the family's makers recommend."""
