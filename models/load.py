"""How busy a model is, for whoever decides how long it may think."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """One moment of one engine; of a model elsewhere nothing is known, which is the default."""

    waiting: int = 0
    """Requests that wait for a place."""
    memory: float = 0.0
    """The part of its cells that running requests hold, 0 to 1."""
