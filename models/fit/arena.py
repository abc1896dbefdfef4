"""How much memory a graph's tensors need when each is freed after its last use.

ggml gives out one buffer for all of a graph's intermediate results: the free block that fits best,
at the buffer's end where none does (`ggml_dyn_tallocr` in ggml-alloc.c). The order of the nodes
decides, so the predicted size is exact only for a graph in llama.cpp's own order.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass

_ENDLESS = 1 << 62


@dataclass(slots=True, order=True)
class _Block:
    """Free bytes between two tensors."""

    start: int
    size: int

    @property
    def end(self) -> int:
        """Where the next one could begin."""
        return self.start + self.size


class Arena:
    """Addresses in one buffer, given out and taken back."""

    def __init__(self, alignment: int = 32) -> None:
        self._alignment = alignment
        self._free = [_Block(0, _ENDLESS)]
        self.peak = 0
        """Bytes that the buffer must have had."""

    def take(self, size: int) -> int:
        """The address of `size` free bytes."""
        size = self._aligned(size)
        block = min(
            (one for one in reversed(self._free[:-1]) if one.size >= size),
            key=lambda one: one.size,
            default=self._free[-1],
        )
        start = block.start
        block.start, block.size = start + size, block.size - size
        if not block.size:
            self._free.remove(block)
        self.peak = max(self.peak, start + size)
        return start

    def give(self, start: int, size: int) -> None:
        """Take back what `take` gave; free neighbours become one block."""
        size = self._aligned(size)
        if not size:
            return
        insort(self._free, _Block(start, size))
        merged: list[_Block] = []
        for block in self._free:
            if merged and merged[-1].end == block.start:
                merged[-1].size += block.size
            else:
                merged.append(block)
        self._free = merged

    def _aligned(self, size: int) -> int:
        return -(-size // self._alignment) * self._alignment
