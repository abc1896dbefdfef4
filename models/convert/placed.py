"""Where each tensor goes in the GGUF: its type, and its offset in the data part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from models.convert.numbers import BLOCK, OutType
from models.convert.planned import Planned

ALIGNMENT = 32
"""GGUF's default: every tensor begins at a multiple of it."""
_SIZES = {OutType.F32: (1, 4), OutType.F16: (1, 2), OutType.BF16: (1, 2), OutType.Q8_0: (BLOCK, 34)}
"""Numbers and bytes of a block."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A tensor at its place."""

    planned: Planned
    type: OutType
    offset: int
    """In the data part, in bytes."""

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return self.bytes_of(self.planned.count)

    def bytes_of(self, count: int) -> int:
        """Bytes of its first `count` numbers, whole blocks."""
        numbers, size = _SIZES[self.type]
        return count // numbers * size


def placed(tensors: Iterable[Planned], type: OutType) -> Iterator[Placed]:
    """The tensors one after the other; `type` for all that need not stay F32."""
    offset = 0
    for planned in tensors:
        place = Placed(planned, _type(planned, type), offset)
        yield place
        offset += padded(place.size)


def padded(size: int) -> int:
    """The next multiple of the alignment."""
    return -(-size // ALIGNMENT) * ALIGNMENT


def _type(planned: Planned, type: OutType) -> OutType:
    if planned.exact:
        return OutType.F32
    # As llama.cpp's converter does with rows that no whole blocks fill.
    fits = type is not OutType.Q8_0 or planned.shape[-1] % BLOCK == 0
    return type if fits else OutType.F16
