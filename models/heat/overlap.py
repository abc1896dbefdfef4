"""How alike two roles choose: by layer and in all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import combinations
from math import hypot
from statistics import fmean

from models.experts import ExpertCounts, ExpertUsage


@dataclass(frozen=True, slots=True)
class LayerOverlap:
    """Of two roles in one layer; both 0.0 where they have nothing in common, 1.0 where all."""

    layer: int
    cosine: float
    """Between the shares of all experts."""
    jaccard: float
    """Of the experts that carry 80 % of each role's choices: those of both over those of either."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Of two roles, in the layers in which both chose; there is at least one."""

    first: str
    second: str
    layers: tuple[LayerOverlap, ...]

    @property
    def cosine(self) -> float:
        """Of a layer, on average."""
        return fmean(one.cosine for one in self.layers)

    @property
    def jaccard(self) -> float:
        """Of a layer, on average."""
        return fmean(one.jaccard for one in self.layers)


def overlaps(usage: ExpertUsage) -> tuple[Overlap, ...]:
    """Each pair of roles that have a layer in common, the most alike first."""
    pairs = combinations(usage.by_label.items(), 2)
    every = (Overlap(a, b, tuple(_layers(of_a, of_b))) for (a, of_a), (b, of_b) in pairs)
    return tuple(sorted((one for one in every if one.layers), key=lambda one: -one.cosine))


def _layers(first: ExpertCounts, second: ExpertCounts) -> list[LayerOverlap]:
    return [
        LayerOverlap(
            layer=layer,
            cosine=_cosine(first.shares(layer), second.shares(layer)),
            jaccard=_jaccard(first.carriers(layer), second.carriers(layer)),
        )
        for layer in range(min(len(first.layers), len(second.layers)))
        if any(first.layers[layer]) and any(second.layers[layer])
    ]


def _cosine(first: tuple[float, ...], second: tuple[float, ...]) -> float:
    product = sum(a * b for a, b in zip(first, second, strict=True))
    return min(1.0, product / (hypot(*first) * hypot(*second)))


def _jaccard(first: Collection[int], second: Collection[int]) -> float:
    return len({*first} & {*second}) / len({*first} | {*second})
