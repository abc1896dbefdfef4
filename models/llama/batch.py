"""The tokens of one decode, in arrays that llama.cpp reads in place."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import llama_cpp as lib


class Batch:
    """Room for `size` tokens of any lanes; filled, decoded, cleared, again."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._token = (ctypes.c_int32 * size)()
        self._position = (ctypes.c_int32 * size)()
        self._lane = (ctypes.c_int32 * size)()
        self._wanted = (ctypes.c_int8 * size)()
        self._one = (ctypes.c_int32 * size)(*[1] * size)
        lane, step = ctypes.addressof(self._lane), ctypes.sizeof(ctypes.c_int32)
        pointer = ctypes.POINTER(ctypes.c_int32)
        self._lanes = (pointer * size)(
            *(ctypes.cast(lane + at * step, pointer) for at in range(size))
        )
        self.raw = lib.llama_batch(
            0, self._token, None, self._position, self._one, self._lanes, self._wanted
        )

    def __len__(self) -> int:
        return int(self.raw.n_tokens)

    @property
    def room(self) -> int:
        """Tokens that still fit."""
        return self.size - len(self)

    def rows(self) -> list[tuple[int, bool]]:
        """Of each token: its lane, and whether its logits are asked for."""
        end = len(self)
        return list(zip(self._lane[:end], map(bool, self._wanted[:end]), strict=True))

    def clear(self) -> None:
        """Begin anew."""
        self.raw.n_tokens = 0

    def add(self, lane: int, tokens: Sequence[int], position: int, *, sample: bool) -> int:
        """Append `tokens` of a lane from `position` on; returns the index of the last one's logits,
        which are there after the decode if `sample` asks for them."""
        begin, count = len(self), len(tokens)
        end = begin + count
        self._token[begin:end] = list(tokens)
        self._position[begin:end] = list(range(position, position + count))
        self._lane[begin:end] = [lane] * count
        self._wanted[begin:end] = [0] * count
        self._wanted[end - 1] = sample
        self.raw.n_tokens = end
        return end - 1
