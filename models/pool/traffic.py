"""What a pool has done so far: how often models came and went."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Traffic:
    """Counts since the pool was made. The pool's own; it hands out copies."""

    loads: int = 0
    """Files that were loaded, prefetched ones included."""
    evictions: int = 0
    """Models that were freed to make room."""
    swaps: int = 0
    """Loads for which a model had to go."""
    prefetches: int = 0
    """Loads that nobody had asked for yet."""
    prefetch_hits: int = 0
    """Of these, those that were asked for before they had to go."""
    waits: int = 0
    """Calls that had to wait until others gave up their model."""
    shrunk: int = 0
    """Loads with less context memory than was asked for, since memory was short."""
