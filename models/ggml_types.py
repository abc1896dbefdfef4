"""Sizes of ggml's tensor types, as in ggml's own table of types."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from models.gguf_reader import Malformed, Tensor
from models.loading import KvType

SIZES = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34),
    9: (32, 40), 10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210),
    15: (256, 292), 16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18),
    21: (256, 110), 22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8),
    28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17),
    40: (64, 36), 41: (128, 18),
}  # fmt: skip
"""Type number -> elements and bytes of one block."""

KV_TYPES: Mapping[KvType, int] = {
    "f32": 0, "f16": 1, "bf16": 30, "q8_0": 8, "q5_1": 7, "q5_0": 6, "q4_1": 3, "q4_0": 2,
}  # fmt: skip
"""The numbers of the types that keys and values can be kept in; the bindings leave BF16 out."""


def size_of(tensor: Tensor) -> int:
    """Bytes of a tensor's data."""
    if tensor.type not in SIZES:
        raise Malformed(f"tensor {tensor.name!r} has the unknown type {tensor.type}")
    elements, size = SIZES[tensor.type]
    if tensor.shape[0] % elements:
        raise Malformed(f"tensor {tensor.name!r}: its rows are no multiple of {elements}")
    return prod(tensor.shape) // elements * size
