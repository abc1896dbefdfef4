"""What a model needs in memory: weights, keys and values, state, and room to compute.

Weights are the tensors' bytes. The rest is reckoned from the shape as llama.cpp allocates it, with
keys and values in F16, and is an estimate.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.catalogue.entry import Entry, Quantisation
from models.catalogue.quantisation import USUAL, expert_bytes, file_size
from models.catalogue.shape import Shape

_F16, _F32 = 2, 4
_BATCH = 512
"""Tokens of one decode, as the engine has it by default."""


@dataclass(frozen=True, slots=True)
class Need:
    """Bytes in memory."""

    weights: int
    """All but the routed experts."""
    experts: int
    """The routed experts, which may stand in the computer's memory beside an accelerator."""
    context: int
    """Keys and values of the whole context, and the recurrent state of one sequence."""
    compute: int
    """The logits of one batch, which is the largest buffer."""

    @property
    def core(self) -> int:
        """What an accelerator should hold if it holds anything."""
        return self.weights + self.context + self.compute

    @property
    def total(self) -> int:
        """Everything."""
        return self.core + self.experts


def need_of(entry: Entry, context: int, quantisation: Quantisation = USUAL) -> Need:
    """What `entry` needs for `context` tokens."""
    shape, size = entry.shape, file_size(entry, quantisation).bytes
    experts = expert_bytes(shape, quantisation)
    return Need(
        weights=size - experts,
        experts=experts,
        context=kv_bytes_a_token(shape) * context + state_bytes(shape),
        compute=shape.vocabulary * _BATCH * _F32,
    )


def kv_bytes_a_token(shape: Shape) -> int:
    """Keys and values of one token, in the layers that have attention."""
    return 2 * shape.kv_heads * shape.head_dimension * shape.attention_layers * _F16


def state_bytes(shape: Shape) -> int:
    """The state that Gated DeltaNet keeps of one sequence, however long; 0 without it."""
    delta = shape.delta
    if delta is None:
        return 0
    convolution = (delta.kernel - 1) * (2 * delta.keys + delta.values)
    memory = delta.head_dimension * delta.values
    return (convolution + memory) * (shape.layers - shape.attention_layers) * _F32
