"""What the counts say about where experts should lie: a hint for whoever plans memory.

A GGUF file keeps all experts of a layer in one tensor, which llama.cpp places as a whole; no single
expert can be put on an accelerator. What a few busy experts do save is main memory: where a layer's
experts stay on the CPU and the file is mapped, the pages of those that are not chosen need not be
in memory. So placement pays where few experts carry most of the choices.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean

from models.experts import ExpertCounts, ExpertUsage
from models.heat.use import layers_of, means

CARRIED = 0.8
"""The part of the choices that the carriers of a layer have."""
PAYS = 0.5
"""Placement pays where at most this part of the experts carries them."""
ENOUGH = 20.0
"""Choices for each expert below which chance alone makes some experts look idle: the counts of an
even router then differ by a fifth and more."""


@dataclass(frozen=True, slots=True)
class LayerPlacement:
    """One layer's busy experts."""

    layer: int
    carriers: tuple[int, ...]
    """The fewest experts that carry 80 % of the choices, first the busiest."""
    part: float
    """They, as a part of the layer's experts."""


@dataclass(frozen=True, slots=True)
class Placement:
    """What the counts say, for all roles together."""

    layers: tuple[LayerPlacement, ...]
    """Those that chose."""
    per_expert: float
    """Choices for each expert of a layer, on average."""

    @property
    def part(self) -> float:
        """The carriers as a part of the experts, on average of the layers; 1.0 where none chose."""
        return fmean(one.part for one in self.layers) if self.layers else 1.0

    @property
    def enough(self) -> bool:
        """Whether there are choices enough to say anything."""
        return self.per_expert >= ENOUGH

    @property
    def pays(self) -> bool:
        """Whether experts that lie in mapped main memory would need much less of it."""
        return self.enough and self.part <= PAYS

    @property
    def text(self) -> str:
        """One sentence for a person."""
        busy = f"{self.part:.0%} of the experts carry {CARRIED:.0%} of the choices"
        if not self.enough:
            few = f"only {self.per_expert:.1f} choices for each expert"
            return f"{few}: too few to say where experts should lie"
        if self.pays:
            return f"{busy}: kept in main memory and mapped, the others need little of it"
        return f"{busy}: all are in use, so count every expert as needed"


def hint(usage: ExpertUsage) -> Placement:
    """Over all roles of `usage`, since they share one model."""
    counts = usage.counts
    layers = tuple(_layer(counts, use.layer) for use in layers_of(counts))
    return Placement(layers, means(counts).per_expert)


def _layer(counts: ExpertCounts, layer: int) -> LayerPlacement:
    carriers = counts.carriers(layer, CARRIED)
    return LayerPlacement(layer, carriers, len(carriers) / len(counts.layers[layer]))
