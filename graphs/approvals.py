"""Calls that a person decides on: how they are asked for and answered."""

from collections.abc import Sequence
from typing import Protocol

from agents.word import Word
from graphs.events import ApprovalAsked


class Decision(Word):
    """What a person decided about one call."""

    approved: bool
    reason: str = ""
    """Told to the specialist where the call is rejected."""


class Approver(Protocol):
    """Somebody who can be asked."""

    async def decide(self, asked: Sequence[ApprovalAsked]) -> Sequence[Decision]:
        """One decision for each call, in their order."""
        ...
