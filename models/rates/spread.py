"""Several measurements of one thing as three numbers."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from pydantic import BaseModel, ConfigDict


class Spread(BaseModel):
    """The middle, and how far it went to either side."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    median: float
    lowest: float
    highest: float


def spread_of(figures: Sequence[float]) -> Spread | None:
    """None where nothing was measured."""
    if not figures:
        return None
    return Spread(median=median(figures), lowest=min(figures), highest=max(figures))
