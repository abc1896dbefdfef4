"""How one layer uses its experts, as numbers to be shown, and the mean over the layers."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean

from models.experts import ExpertCounts


@dataclass(frozen=True, slots=True)
class LayerUse:
    """One layer that chose experts."""

    layer: int
    choices: int
    """Of each token as many as experts are used."""
    entropy: float
    """In bits."""
    balance: float
    """The same as a part of its maximum: 1.0 all experts alike, 0.0 only one."""
    busiest: int
    busiest_share: float
    """The part of the layer's choices that the busiest expert has."""
    unused: tuple[int, ...]
    """Experts that were never chosen."""


@dataclass(frozen=True, slots=True)
class Means:
    """The layers of one role together."""

    choices: int
    """In all layers."""
    entropy: float
    balance: float
    busiest_share: float
    """These three: of a layer, on average."""
    unused: int
    """Pairs of layer and expert that were never chosen, in layers that chose."""
    per_expert: float
    """Choices for each expert of a layer, on average: how much the numbers can say."""


def layers_of(counts: ExpertCounts) -> tuple[LayerUse, ...]:
    """Each layer that chose; layers without experts, or without a token, are left out."""
    return tuple(
        _layer(counts, layer) for layer in range(len(counts.layers)) if any(counts.layers[layer])
    )


def means(counts: ExpertCounts) -> Means:
    """Over the layers that chose; all zeros where none did."""
    layers = layers_of(counts)
    if not layers:
        return Means(0, 0.0, 0.0, 0.0, 0, 0.0)
    experts = len(counts.layers[0])
    return Means(
        choices=counts.total,
        entropy=fmean(one.entropy for one in layers),
        balance=fmean(one.balance for one in layers),
        busiest_share=fmean(one.busiest_share for one in layers),
        unused=sum(len(one.unused) for one in layers),
        per_expert=counts.total / (experts * len(layers)),
    )


def _layer(counts: ExpertCounts, layer: int) -> LayerUse:
    busiest = counts.most_used(layer)[0]
    return LayerUse(
        layer=layer,
        choices=sum(counts.layers[layer]),
        entropy=counts.entropy(layer),
        balance=counts.balance(layer),
        busiest=busiest,
        busiest_share=counts.shares(layer)[busiest],
        unused=counts.unused(layer),
    )
