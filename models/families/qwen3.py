"""Qwen3 of April 2025: hybrid thinking, which an empty block in the prompt switches off.

Template: https://huggingface.co/Qwen/Qwen3-8B (tokenizer_config.json); sampling: its model card.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from langchain_core.messages import BaseMessage

from models.families.chatml import ChatML
from models.families.family import Thinks
from models.families.switch import switch_of
from models.families.tags import EMPTY_BLOCK, QWEN_THINKS, THINK, THINK_END
from models.families.turns import Turn
from models.sampling import Sampling
from models.vocabulary import Segment


class Qwen3(ChatML):
    """The hybrid models: 0.6B to 32B, 30B-A3B, 235B-A22B."""

    name = "qwen3"
    can: Thinks = "switch"
    tags = QWEN_THINKS

    def sampling(self, *, thinking: bool) -> Sampling:
        """As the model card has it."""
        if thinking:
            return Sampling(temperature=0.6, top_p=0.95, top_k=20, min_p=0.0)
        return Sampling(temperature=0.7, top_p=0.8, top_k=20, min_p=0.0)

    def _decided(self, messages: Sequence[BaseMessage], thinking: bool | None) -> bool:
        """What was asked for, else the latest user turn's switch; thinking is the default."""
        return switch_of(messages) is not False if thinking is None else thinking

    def _opening(self, thinking: bool) -> tuple[Segment, ...]:
        return () if thinking else EMPTY_BLOCK

    def _answer(self, turn: Turn, *, later: bool, last: bool) -> Iterator[Segment]:
        """Thinking of the steps after the last query is repeated, and of earlier ones left out."""
        turn = turn.parted()
        if later and (last or turn.reasoning):
            yield from thought((turn.reasoning or "").strip("\n"))
            yield Segment(turn.text.lstrip("\n"))
        else:
            yield Segment(turn.text)
        yield from self._calls(turn)


def thought(text: str) -> Iterator[Segment]:
    """A thinking block of an earlier turn, and what stands before its answer."""
    yield from (THINK, Segment(f"\n{text}\n"), THINK_END, Segment("\n\n"))
