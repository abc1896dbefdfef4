"""The shape of a model: the numbers of its config.json from which all sizes follow."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(gt=0)]


class Fact(BaseModel):
    """A record of the catalogue: frozen, and nothing in it that is not named here."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Experts(Fact):
    """The mixture of experts of every layer."""

    count: Count
    """Routed experts of a layer."""
    active: Count
    """Routed experts that a token is sent to."""
    feed_forward: Count
    """Width of one routed expert."""
    shared: Annotated[int, Field(ge=0)] = 0
    """Experts that see every token."""
    shared_feed_forward: Annotated[int, Field(ge=0)] = 0
    """Width of the shared expert."""


class DeltaNet(Fact):
    """Gated DeltaNet, which stands in for attention in most layers of Qwen3-Next."""

    attention_interval: Count
    """Every so many layers one has attention."""
    key_heads: Count
    value_heads: Count
    head_dimension: Count
    """Of keys and of values."""
    kernel: Count
    """Tokens that the convolution sees."""

    @property
    def keys(self) -> int:
        """Width of all keys together."""
        return self.key_heads * self.head_dimension

    @property
    def values(self) -> int:
        """Width of all values together."""
        return self.value_heads * self.head_dimension


class Shape(Fact):
    """What a config.json says of a model's tensors."""

    layers: Count
    hidden: Count
    heads: Count
    """Heads of the queries."""
    kv_heads: Count
    head_dimension: Count
    feed_forward: Count | None = None
    """Width of a dense layer; None where every layer has experts instead."""
    vocabulary: Count
    tied: bool
    """Whether the output shares its weights with the embedding."""
    experts: Experts | None = None
    delta: DeltaNet | None = None

    def has_attention(self, layer: int) -> bool:
        """Whether that layer keeps keys and values."""
        return self.delta is None or (layer + 1) % self.delta.attention_interval == 0

    @property
    def attention_layers(self) -> int:
        """Layers that keep keys and values."""
        return sum(map(self.has_attention, range(self.layers)))
