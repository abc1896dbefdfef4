"""How often each expert of a mixture of experts was chosen: one layer's spread, and many requests'.

Pure numbers; `models.llama.Tap` counts them. An expert is counted once for each token that is sent
to it, shared experts never.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from math import log, log2


@dataclass(frozen=True, slots=True)
class ExpertCounts:
    """Choices by layer and expert; add two for their sum."""

    layers: tuple[tuple[int, ...], ...] = ()
    """One row a layer, one number an expert; a layer without experts has zeros. Empty: nothing."""

    @property
    def total(self) -> int:
        """All choices: of each token, in each layer, as many as experts are used."""
        return sum(map(sum, self.layers))

    def shares(self, layer: int) -> tuple[float, ...]:
        """Each expert's part of the layer's choices, which are 1.0 together."""
        chosen = sum(self.layers[layer])
        return tuple(count / chosen if chosen else 0.0 for count in self.layers[layer])

    def coverage(self, layer: int) -> float:
        """The part of the layer's experts that was chosen at all."""
        return sum(count > 0 for count in self.layers[layer]) / len(self.layers[layer])

    def balance(self, layer: int) -> float:
        """Entropy of the choices in units of its maximum: 1.0 all experts alike, 0.0 only one."""
        shares = [share for share in self.shares(layer) if share]
        if len(shares) < 2:
            return 0.0
        return -sum(share * log(share) for share in shares) / log(len(self.layers[layer]))

    def entropy(self, layer: int) -> float:
        """Entropy of the choices in bits; at most log2 of the number of experts."""
        return 0.0 - sum(share * log2(share) for share in self.shares(layer) if share)

    def unused(self, layer: int) -> tuple[int, ...]:
        """The experts that were never chosen."""
        return tuple(expert for expert, count in enumerate(self.layers[layer]) if not count)

    def carriers(self, layer: int, part: float = 0.8) -> tuple[int, ...]:
        """The fewest experts that have that part of the choices, first the most used."""
        wanted = part * sum(self.layers[layer])
        first = self.most_used(layer, len(self.layers[layer]))
        had = accumulate((self.layers[layer][expert] for expert in first), initial=0)
        return tuple(expert for expert, before in zip(first, had, strict=False) if before < wanted)

    def most_used(self, layer: int, count: int = 1) -> tuple[int, ...]:
        """The experts chosen most often, first the most; of equals the lower number first."""
        row = self.layers[layer]
        return tuple(sorted(range(len(row)), key=lambda expert: -row[expert])[:count])

    def least_used(self, layer: int, count: int = 1) -> tuple[int, ...]:
        """The experts chosen least often, first the least; of equals the lower number first."""
        row = self.layers[layer]
        return tuple(sorted(range(len(row)), key=row.__getitem__)[:count])

    def __add__(self, other: ExpertCounts) -> ExpertCounts:
        """Both together; they must be of models of one shape."""
        if not self.layers or not other.layers:
            return self if self.layers else other
        return ExpertCounts(tuple(tuple(a + b for a, b in pair) for pair in _paired(self, other)))

    def __sub__(self, earlier: ExpertCounts) -> ExpertCounts:
        """What came since `earlier`, which is of the same model and a part of this."""
        if not earlier.layers:
            return self
        return ExpertCounts(tuple(tuple(a - b for a, b in pair) for pair in _paired(self, earlier)))


@dataclass(frozen=True, slots=True)
class ExpertUsage:
    """The counts of many requests, told apart by their labels; add two to merge them."""

    by_label: Mapping[str, ExpertCounts] = field(default_factory=dict)

    @property
    def counts(self) -> ExpertCounts:
        """All labels together."""
        return sum(self.by_label.values(), ExpertCounts())

    def __add__(self, other: ExpertUsage) -> ExpertUsage:
        merged = dict(self.by_label)
        for label, counts in other.by_label.items():
            merged[label] = merged.get(label, ExpertCounts()) + counts
        return ExpertUsage(merged)

    def __sub__(self, earlier: ExpertUsage) -> ExpertUsage:
        """What came since `earlier`; labels with nothing new are left out."""
        none = ExpertCounts()
        since = {
            label: counts - earlier.by_label.get(label, none)
            for label, counts in self.by_label.items()
        }
        return ExpertUsage({label: counts for label, counts in since.items() if counts.total})


def _paired(one: ExpertCounts, other: ExpertCounts) -> Iterator[Iterator[tuple[int, int]]]:
    """Their numbers side by side; ValueError where the shapes differ."""
    for pair in zip(one.layers, other.layers, strict=True):
        yield zip(*pair, strict=True)
