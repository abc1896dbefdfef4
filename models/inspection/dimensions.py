"""The numbers of a model's shape, out of the metadata of its architecture.

What is missing or beyond all sense is None: rules that need it are left out, and the header's own
check says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import BaseModel, ConfigDict, computed_field

from models.gguf_reader import Array, Tensor, Value
from models.inspection.kinds import placed
from models.loading import MOST_LAYERS

HYBRID = frozenset({"qwen3next", "qwen35", "qwen35moe"})
"""Architectures in which every fourth layer is attention, unless the file says otherwise."""
_MOST = 2**31 - 1
_KEYS_OF_ATTENTION = ("attn_k.weight", "attn_qkv.weight")


class DeltaNet(BaseModel):
    """The shape of the recurrent layers, in the words of llama.cpp's `ssm` keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    kernel: int
    """Tokens that the convolution sees."""
    inner: int
    """Width of all values together."""
    state: int
    """Width of a head."""
    groups: int
    """Heads of keys."""
    ranks: int
    """Heads of values."""


class Dimensions(BaseModel):
    """A model's shape."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    layers: int | None = None
    """Without those that only predict further tokens."""
    predicting_layers: int = 0
    """Layers after the others that predict further tokens (NextN, MTP)."""
    hidden: int | None = None
    """Width of the residual stream."""
    feed_forward: int | None = None
    """Width of a dense feed-forward."""
    heads: int | None = None
    """Heads of queries, the most of any layer."""
    kv_heads_by_layer: tuple[int, ...] = ()
    """Heads of keys and values; one number a layer."""
    key_length: int | None = None
    """Width of a head's keys and queries."""
    value_length: int | None = None
    """Width of a head's values."""
    context: int | None = None
    """Tokens that it was trained for."""
    experts: int = 0
    """Of each layer; 0: none."""
    experts_used: int = 0
    """Of each layer, for each token."""
    expert_feed_forward: int | None = None
    """Width of an expert."""
    shared_expert_feed_forward: int | None = None
    """Width of the expert that every token passes."""
    recurrent_layers: tuple[int, ...] = ()
    """Layers with a state instead of attention."""
    attention_layers: tuple[int, ...] = ()
    """Layers that keep keys and values."""
    delta_net: DeltaNet | None = None
    """The shape of the recurrent layers."""

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own way
    @property
    def kv_heads(self) -> int | None:
        """Heads of keys and values, the most of any layer."""
        return max(self.kv_heads_by_layer, default=None)


def dimensions_of(metadata: Mapping[str, Value], tensors: Iterable[Tensor]) -> Dimensions:
    """What the file says of its shape; raises nothing."""
    own = _Own(metadata)
    all_layers = own.number("block_count", MOST_LAYERS)
    predicting = own.number("nextn_predict_layers", all_layers or 0) or 0
    layers = None if all_layers is None else all_layers - predicting
    hidden, heads = own.number("embedding_length"), own.most("attention.head_count")
    head = hidden // heads if hidden and heads else None
    recurrent = own.recurrent(layers or 0)
    experts, used = own.number("expert_count") or 0, own.most("expert_used_count") or 0
    width = own.most("feed_forward_length")
    return Dimensions(
        layers=layers,
        predicting_layers=predicting,
        hidden=hidden,
        feed_forward=width,
        heads=heads,
        kv_heads_by_layer=own.per_layer("attention.head_count_kv", layers or 0, heads),
        key_length=own.number("attention.key_length") or head,
        value_length=own.number("attention.value_length") or head,
        context=own.number("context_length"),
        experts=experts,
        experts_used=used,
        expert_feed_forward=own.most("expert_feed_forward_length")
        or (width // used if width and used else None),
        shared_expert_feed_forward=own.number("expert_shared_feed_forward_length"),
        recurrent_layers=recurrent,
        attention_layers=_attention(own, layers or 0, recurrent, tensors),
        delta_net=own.delta_net(),
    )


class _Own:
    """What the architecture itself says."""

    def __init__(self, metadata: Mapping[str, Value]) -> None:
        self.architecture = metadata.get("general.architecture")
        self._metadata = metadata

    def value(self, key: str) -> Value | None:
        return self._metadata.get(f"{self.architecture}.{key}")

    def number(self, key: str, most: int = _MOST) -> int | None:
        """A positive number of sensible size."""
        return _sensible(self.value(key), most)

    def most(self, key: str) -> int | None:
        """A number, or the largest of one a layer."""
        value = self.value(key)
        largest = max(value.integers, default=None) if isinstance(value, Array) else value
        return _sensible(largest, _MOST)

    def per_layer(self, key: str, layers: int, default: int | None) -> tuple[int, ...]:
        """One number a layer; empty where the file does not tell."""
        value = self.value(key)
        if isinstance(value, Array):
            enough = len(value.integers) >= layers and all(0 <= n <= _MOST for n in value.integers)
            return value.integers[:layers] if enough else ()
        number = _sensible(value, _MOST) if value is not None else default
        return (number,) * layers if number else ()

    def recurrent(self, layers: int) -> tuple[int, ...]:
        if self.architecture not in HYBRID:
            return ()
        marks = self.value("attention.recurrent_layers")
        if isinstance(marks, Array) and len(marks.integers) >= layers:
            return tuple(at for at in range(layers) if marks.integers[at])
        interval = self.number("full_attention_interval") or 4
        return tuple(at for at in range(layers) if (at + 1) % interval)

    def delta_net(self) -> DeltaNet | None:
        keys = ("conv_kernel", "inner_size", "state_size", "group_count", "time_step_rank")
        numbers = [number for key in keys if (number := self.number(f"ssm.{key}"))]
        if len(numbers) < len(keys):
            return None
        kernel, inner, state, groups, ranks = numbers
        return DeltaNet(kernel=kernel, inner=inner, state=state, groups=groups, ranks=ranks)


def _sensible(value: object, most: int) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 < value <= most else None


def _attention(
    own: _Own, layers: int, recurrent: tuple[int, ...], tensors: Iterable[Tensor]
) -> tuple[int, ...]:
    """By the metadata where an architecture is known, else by the tensors that are there."""
    if str(own.architecture).startswith("qwen3"):
        return tuple(at for at in range(layers) if at not in recurrent)
    there = {
        layer
        for layer, tail in (placed(tensor.name) for tensor in tensors)
        if layer is not None and layer < layers and tail in _KEYS_OF_ATTENTION
    }
    return tuple(sorted(there))
