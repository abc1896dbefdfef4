"""Qwen3 of April 2025: hybrid thinking, which an empty block in the prompt switches off.

Template: https://huggingface.co/Qwen/Qwen3-8B (tokenizer_config.json); sampling: its model card.
The closing sentence is the one of the Qwen3 technical report (arXiv 2505.09388, section 4.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import BaseMessage

from models.families.chatml import START, ChatML
from models.families.family import Prompt, ThinkTags
from models.families.switch import switch_of
from models.sampling import Sampling
from models.vocabulary import Segment

_TAGS = ThinkTags(
    open="<think>",
    close="</think>",
    after="\n\n",
    closing="\n\nConsidering the limited time by the user, I have to give the solution based on "
    "the thinking directly now.\n",
)
_NO_THINKING = (
    Segment(_TAGS.open, special=True),
    Segment("\n\n"),
    Segment(_TAGS.close, special=True),
    Segment(_TAGS.after),
)


class Qwen3(ChatML):
    """The hybrid models: 0.6B to 32B, 30B-A3B, 235B-A22B."""

    name = "qwen3"
    tags = _TAGS

    def render(
        self,
        messages: Sequence[BaseMessage],
        tools: Sequence[dict[str, Any]],
        thinking: bool | None,
    ) -> Prompt:
        """See `Family.render`; thinking is the default."""
        if thinking is None:
            thinking = switch_of(messages) is not False
        conversation = (*self._conversation(messages, tools), START, Segment("assistant\n"))
        return Prompt(conversation + (() if thinking else _NO_THINKING), thinking)

    def sampling(self, *, thinking: bool) -> Sampling:
        """As the model card has it."""
        if thinking:
            return Sampling(temperature=0.6, top_p=0.95, top_k=20, min_p=0.0)
        return Sampling(temperature=0.7, top_p=0.8, top_k=20, min_p=0.0)

    def _answer(self, text: str) -> str:
        return text.rpartition(_TAGS.close)[2].lstrip("\n") if _TAGS.close in text else text
