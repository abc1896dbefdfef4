"""Qwen3 of July 2025: one model that never thinks, and one that always does.

Templates and sampling: the cards of https://huggingface.co/Qwen/Qwen3-30B-A3B-Instruct-2507 and
https://huggingface.co/Qwen/Qwen3-30B-A3B-Thinking-2507. Qwen3-Next came with the same two, for
models whose memory is in part a recurrent state; the engine learns of that from the weights.
"""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.messages import BaseMessage

from models.errors import GenerationError
from models.families.chatml import ChatML
from models.families.family import Thinks
from models.families.qwen3 import Qwen3
from models.families.tags import QWEN_THINKS, THINK
from models.sampling import Sampling
from models.vocabulary import Segment


class Instruct2507(ChatML):
    """Answers at once; its template knows nothing of thinking."""

    name = "qwen3-instruct-2507"
    tags = QWEN_THINKS
    _sibling = "--model ROLE=... with its sibling, which is called ...-Thinking"

    def sampling(self, *, thinking: bool) -> Sampling:
        """As the model card has it."""
        return Sampling(temperature=0.7, top_p=0.8, top_k=20, min_p=0.0)

    def _decided(self, messages: Sequence[BaseMessage], thinking: bool | None) -> bool:
        if thinking:
            hint = f"for a role that should think, use {self._sibling}"
            raise GenerationError(f"a {self.name} model never thinks", hint)
        return False


class Thinking2507(Qwen3):
    """Thinks in every call: the prompt itself opens the block."""

    name = "qwen3-thinking-2507"
    can: Thinks = "always"

    def _decided(self, messages: Sequence[BaseMessage], thinking: bool | None) -> bool:
        if thinking is False:
            hint = "for a role that should not, use --model ROLE=... with its sibling, which is "
            raise GenerationError(
                f"a {self.name} model always thinks", f"{hint}called ...-Instruct"
            )
        return True

    def _opening(self, thinking: bool) -> tuple[Segment, ...]:
        return (THINK, Segment("\n"))


class NextInstruct(Instruct2507):
    """Qwen3-Next 80B-A3B Instruct."""

    name = "qwen3-next-instruct"


class NextThinking(Thinking2507):
    """Qwen3-Next 80B-A3B Thinking."""

    name = "qwen3-next-thinking"
