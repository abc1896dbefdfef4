"""Numbers of a checkpoint become numbers of a GGUF, rounded as llama.cpp's converter rounds.

Everything passes through F32, as there. BF16 to F16 is a look-up of each of its 65,536 values, five
times as quick as rounding anew.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import assert_never

import numpy as np
from gguf import GGMLQuantizationType as Ggml
from gguf.quants import quantize
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

BLOCK = 32
"""Numbers of a row that Q8_0 keeps together."""


class OutType(StrEnum):
    """What the large tensors of a GGUF are kept in."""

    F32 = "f32"
    F16 = "f16"
    BF16 = "bf16"
    Q8_0 = "q8_0"


class Change(StrEnum):
    """What is done to each number besides."""

    KEEP = "keep"
    PLUS_ONE = "plus_one"
    """Qwen3-Next's norms are stored without the one that they multiply with."""
    MINUS_EXP = "minus_exp"
    """Decay is stored as the logarithm of its speed."""


class OutOfRange(ValueError):
    """A number that the type cannot hold."""


def converted(raw: Bytes, dtype: str, change: Change, wanted: OutType) -> Bytes:
    """The bytes of numbers of safetensors' type `dtype`, as `wanted` writes them.

    `raw` may be returned itself. Q8_0 needs whole blocks. OutOfRange where F16 or Q8_0 would hold
    an infinity, or what is no number.
    """
    if change is Change.KEEP and dtype.lower() == wanted:
        return raw
    if change is Change.KEEP and dtype == "BF16" and wanted is OutType.F16:
        return _finite(np.take(_halves(), raw.view(np.uint16), mode="clip"))
    with np.errstate(over="ignore", invalid="ignore"):
        values = _changed(raw, dtype, change)
        match wanted:
            case OutType.F32:
                return values.view(np.uint8)
            case OutType.F16:
                return _finite(values.astype(np.float16).view(np.uint16))
            case OutType.BF16:
                return _blocks(values, Ggml.BF16)
            case OutType.Q8_0:
                return _quantized(values)
            case _:
                assert_never(wanted)


def _changed(raw: Bytes, dtype: str, change: Change) -> NDArray[np.float32]:
    stored = _floats(raw, dtype)
    match change:
        case Change.KEEP:
            return stored.astype(np.float32, copy=False)
        case Change.PLUS_ONE:
            return (stored + stored.dtype.type(1)).astype(np.float32, copy=False)
        case Change.MINUS_EXP:
            return -np.exp(stored.astype(np.float64)).astype(stored.dtype).astype(np.float32)
        case _:
            assert_never(change)


def _floats(raw: Bytes, dtype: str) -> NDArray[np.floating]:
    """As NumPy has them: BF16, which it has not, as F32."""
    if dtype == "BF16":
        return (raw.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
    return raw.view(np.float16 if dtype == "F16" else np.float32)


def _finite(halves: NDArray[np.uint16]) -> Bytes:
    # Infinities and what is no number are the largest of either sign, and seen without a copy.
    if halves.size and (halves.view(np.int16).max() >= 0x7C00 or halves.max() >= 0xFC00):
        raise OutOfRange
    return halves.view(np.uint8)


def _quantized(values: NDArray[np.float32]) -> Bytes:
    # A block's scale is an F16 of its largest number's 127th part.
    if values.size and not np.abs(values).max() < 127 * 65520:
        raise OutOfRange
    return _blocks(values, Ggml.Q8_0)


def _blocks(values: NDArray[np.float32], type: Ggml) -> Bytes:
    blocks: Bytes = quantize(values.reshape(1, -1), type).view(np.uint8).reshape(-1)
    return blocks


@cache
def _halves() -> NDArray[np.uint16]:
    """The F16 of each BF16, by its bits."""
    every = np.arange(1 << 16, dtype=np.uint32) << 16
    with np.errstate(over="ignore", invalid="ignore"):
        return every.view(np.float32).astype(np.float16).view(np.uint16)
