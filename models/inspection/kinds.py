"""What each tensor is there for, by the name that llama.cpp gives it."""

from __future__ import annotations

import re
from collections.abc import Container
from enum import StrEnum

_BLOCK = re.compile(r"blk\.(\d{1,6})\.(.+)", re.DOTALL)
_EXPERTS = re.compile(r"ffn_(gate|up|down|gate_up)(_(ch)?exps\.|\.\d+\.)")
"""Stacked as they are today, or one by one as in files of 2023."""
_DELTA = ("attn_qkv.", "attn_gate.")
"""Projections of a DeltaNet that are called like those of attention."""


class Kind(StrEnum):
    """What a tensor does."""

    EMBEDDINGS = "embeddings"
    ATTENTION = "attention"
    RECURRENT = "recurrent"
    """Mamba or DeltaNet."""
    ROUTER = "router"
    EXPERTS = "experts"
    SHARED_EXPERT = "shared expert"
    FEED_FORWARD = "feed-forward"
    NORMS = "norms"
    OUTPUT = "output"
    OTHER = "other"


def placed(name: str) -> tuple[int | None, str]:
    """The layer of a tensor and its name there; None and the whole name outside of layers."""
    found = _BLOCK.fullmatch(name)
    return (int(found[1]), found[2]) if found else (None, name)


def kind_of(name: str, recurrent: Container[int] = ()) -> Kind:
    """What the tensor is there for; `recurrent` are the layers without attention."""
    layer, tail = placed(name)
    if layer is None:
        return _outside(name)
    if tail.startswith("ssm_") or (layer in recurrent and tail.startswith(_DELTA)):
        return Kind.RECURRENT
    if "norm" in tail:
        return Kind.NORMS
    if tail.startswith("attn_"):
        return Kind.ATTENTION
    return _feed_forward(tail)


def _feed_forward(tail: str) -> Kind:
    if _EXPERTS.match(tail):
        return Kind.EXPERTS
    if "_shexp" in tail:
        return Kind.SHARED_EXPERT
    if tail.startswith(("ffn_gate_inp.", "exp_probs_b.")):
        return Kind.ROUTER
    return Kind.FEED_FORWARD if tail.startswith("ffn_") else Kind.OTHER


def _outside(name: str) -> Kind:
    if "norm" in name:
        return Kind.NORMS
    if name.startswith(("token_embd.", "position_embd.", "token_types.", "per_layer_token_embd.")):
        return Kind.EMBEDDINGS
    return Kind.OUTPUT if name.startswith(("output.", "cls.")) else Kind.OTHER
