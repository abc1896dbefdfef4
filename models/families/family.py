"""What an adapter must do: render a conversation, and know how its model thinks and samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from langchain_core.messages import BaseMessage

from models.sampling import Sampling
from models.vocabulary import Segment


@dataclass(frozen=True, slots=True)
class Prompt:
    """A rendered conversation."""

    segments: tuple[Segment, ...]
    thinking: bool
    """Whether the model may think in this call."""
    opened: bool = False
    """Whether the prompt itself opens the thinking block."""


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
    """Template, thinking switch and sampling of one family."""

    @property
    def name(self) -> str: ...

    @property
    def tags(self) -> ThinkTags | None:
        """None: the family never thinks."""

    def render(
        self,
        messages: Sequence[BaseMessage],
        tools: Sequence[dict[str, Any]],  # Any: JSON schemas
        thinking: bool | None,
    ) -> Prompt:
        """The prompt up to where the model goes on. Earlier turns stay as they were, thinking of
        earlier turns is left out. `thinking` None: the latest turn's switch, else the default."""

    def sampling(self, *, thinking: bool) -> Sampling:
        """What the family's makers recommend."""
