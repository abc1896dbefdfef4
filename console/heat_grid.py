"""The cells of a heat map, whatever it is drawn on: one row a layer, one column an expert or more.

A cell's heat is how often its experts were chosen, in units of an even share: 1.0 where each expert
of the layer has as much as any other. So a map of 4 experts and one of 512 read alike.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.experts import ExpertCounts

STEPS = (0.5, 2.0, 4.0)
MEANINGS = (
    "never", "under half an even share", "half to twice", "twice to four times", "more",
)  # fmt: skip
"""What the levels 0 to 4 mean; level n above 1 begins at `STEPS[n - 2]`."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One expert of one layer, or several neighbours together."""

    first: int
    last: int
    count: int
    """How often they were chosen."""
    share: float
    """The part of the layer's choices that they have together."""
    level: int
    """How hot it is: an index of `MEANINGS`."""

    @property
    def name(self) -> str:
        """`expert 7`, or `experts 8 to 11`."""
        alone = self.first == self.last
        return f"expert {self.first}" if alone else f"experts {self.first} to {self.last}"


def group_size(experts: int, columns: int) -> int:
    """How many experts share a column so that all fit into `columns`."""
    return max(1, -(-experts // max(1, columns)))


def row(counts: ExpertCounts, layer: int, group: int) -> list[Cell]:
    """The cells of one layer; of its last group there may be fewer experts."""
    chosen = counts.layers[layer]
    parts = (range(at, min(at + group, len(chosen))) for at in range(0, len(chosen), group))
    return [_cell(chosen, part, sum(chosen)) for part in parts]


def grouping(group: int) -> str:
    """What a column is, where it is more than one expert; else nothing."""
    return f"each column is {group} neighbouring experts together" if group > 1 else ""


def _cell(chosen: tuple[int, ...], part: range, total: int) -> Cell:
    count = sum(chosen[expert] for expert in part)
    share = count / total if total else 0.0
    heat = share * len(chosen) / len(part)
    level = 1 + sum(heat >= step for step in STEPS) if count else 0
    return Cell(part[0], part[-1], count, share, level)
