"""Calls that a person decides on: how they are asked for and answered."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Protocol

from pydantic import JsonValue

from agents.word import Word
from graphs.events import ApprovalAsked


class Decision(Word):
    """What a person decided about one call."""

    approved: bool
    reason: str = ""
    """Told to the specialist where the call is rejected."""
    arguments: dict[str, JsonValue] | None = None
    """The call's arguments as the person changed them; it is then judged and asked about anew."""
    always: bool = False
    """Also every later call that the shown rule fits, in this repository."""


class Approver(Protocol):
    """Somebody who can be asked."""

    async def decide(self, asked: Sequence[ApprovalAsked]) -> Sequence[Decision]:
        """One decision for each call, in their order."""
        ...


def digest(shown: str) -> str:
    """Stands for what a person was shown, so that it can be compared later."""
    return sha256(shown.encode(errors="surrogatepass")).hexdigest()
