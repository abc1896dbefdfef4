"""Every weight of a model, counted from its shape, and how many of them a token passes through.

The names are the parts of llama.cpp's tensor names that decide how a weight is quantised
(`src/models/qwen3.cpp`, `qwen3moe.cpp`, `qwen3next.cpp`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from models.catalogue.shape import DeltaNet, Experts, Shape


@dataclass(frozen=True, slots=True)
class Weight:
    """One tensor, or a few of one kind."""

    kind: str
    """What it is for, such as `attn_v`; `plain` for what is never quantised."""
    length: int
    """Values."""
    layer: int = 0
    expert: bool = False
    """Whether it is a routed expert's."""


PLAIN = "plain"


def weights(shape: Shape) -> Iterator[Weight]:
    """All of them; a tied output is none."""
    table = shape.vocabulary * shape.hidden
    yield Weight("token_embd", table)
    if not shape.tied:
        yield Weight("output", table)
    yield Weight(PLAIN, shape.hidden)
    for layer in range(shape.layers):
        yield from _layer(shape, layer)


@cache
def parameters(shape: Shape) -> int:
    """All weights together."""
    return sum(weight.length for weight in weights(shape))


@cache
def active_parameters(shape: Shape) -> int:
    """Those that one token passes through: of routed experts only the chosen ones."""
    return sum(int(weight.length * used(shape, weight)) for weight in weights(shape))


def used(shape: Shape, weight: Weight) -> float:
    """The part of a weight that one token passes through."""
    if not weight.expert or shape.experts is None:
        return 1.0
    return shape.experts.active / shape.experts.count


def _layer(shape: Shape, layer: int) -> Iterator[Weight]:
    yield Weight(PLAIN, 2 * shape.hidden, layer)
    if shape.delta and not shape.has_attention(layer):
        yield from _delta_net(shape.delta, shape.hidden, layer)
    else:
        yield from _attention(shape, layer)
    if shape.experts:
        yield from _experts(shape.experts, shape.hidden, layer)
    else:
        yield from _feed_forward(shape.hidden * (shape.feed_forward or 0), layer)


def _attention(shape: Shape, layer: int) -> Iterator[Weight]:
    queries = shape.heads * shape.head_dimension
    keys = shape.kv_heads * shape.head_dimension
    gated = 2 if shape.delta else 1  # Qwen3-Next's queries bring the gate of their output along
    yield Weight("attn_q", shape.hidden * queries * gated, layer)
    yield Weight("attn_k", shape.hidden * keys, layer)
    yield Weight("attn_v", shape.hidden * keys, layer)
    yield Weight("attn_output", queries * shape.hidden, layer)
    yield Weight(PLAIN, 2 * shape.head_dimension, layer)


def _delta_net(delta: DeltaNet, hidden: int, layer: int) -> Iterator[Weight]:
    mixed = 2 * delta.keys + delta.values
    yield Weight("attn_qkv", hidden * mixed, layer)
    yield Weight("attn_gate", hidden * delta.values, layer)
    yield Weight("ssm_ba", hidden * 2 * delta.value_heads, layer)
    yield Weight("ssm_out", delta.values * hidden, layer)
    yield Weight(PLAIN, delta.kernel * mixed, layer)
    yield Weight(PLAIN, 2 * delta.value_heads + delta.head_dimension, layer)


def _experts(experts: Experts, hidden: int, layer: int) -> Iterator[Weight]:
    yield Weight(PLAIN, hidden * experts.count, layer)
    yield from _feed_forward(hidden * experts.feed_forward * experts.count, layer, expert=True)
    if experts.shared:
        yield Weight(PLAIN, hidden, layer)
        yield from _feed_forward(hidden * experts.shared_feed_forward * experts.shared, layer)


def _feed_forward(length: int, layer: int, *, expert: bool = False) -> Iterator[Weight]:
    for kind in ("ffn_gate", "ffn_up", "ffn_down"):
        yield Weight(kind, length, layer, expert)
