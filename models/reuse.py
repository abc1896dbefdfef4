"""How much of a prompt the memory had, and why no more: what a person needs to mend a prompt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reuse:
    """The known part of one prompt."""

    tokens: int
    ended: str
    """Why it ended there; empty where all of the prompt was known."""

    @classmethod
    def nothing(cls) -> Reuse:
        """Before anybody looked."""
        return cls(0, "")

    @classmethod
    def new(cls, tokens: int) -> Reuse:
        """Nobody asked before for what follows."""
        return cls(tokens, "what follows is new" if tokens else "nothing like it was kept")

    @classmethod
    def differs(cls, tokens: int, wanted: str, held: str) -> Reuse:
        """The first differing text."""
        return cls(tokens, f"{wanted!r} stands where {held!r} was kept")

    @classmethod
    def checkpoint(cls, tokens: int, known: int) -> Reuse:
        """A memory that cannot be rolled back knew more, but had no checkpoint there."""
        return cls(tokens, f"{known} tokens were known, the last checkpoint stands at {tokens}")
