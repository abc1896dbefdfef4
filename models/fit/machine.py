"""The memory that models may have: the computer's own, and that of each accelerator."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.catalogue.machine import Machine as Sized
from models.fit.buffers import Buffers


@dataclass(frozen=True, slots=True)
class Accelerator:
    """One device beside the CPU."""

    name: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Machine:
    """Bytes that are free for models."""

    ram: int
    accelerators: tuple[Accelerator, ...] = ()

    @classmethod
    def of_size(cls, ram: int, vram: Sequence[int] = ()) -> Machine:
        """One that has so much altogether, of which the system and the drivers keep a part."""
        cards = (Sized.of_size(ram, size).vram for size in vram)
        named = (Accelerator(f"GPU{at}", size) for at, size in enumerate(cards))
        return cls(Sized.of_size(ram).ram, tuple(named))

    @classmethod
    def with_cards(cls, ram: int, cards: Sequence[tuple[str, int]]) -> Machine:
        """What is free now, by name; a Mac's accelerator has its memory out of the computer's."""
        taken = sum(size for _, size in cards) if sys.platform == "darwin" else 0
        return cls(max(ram - taken, 0), tuple(Accelerator(name, size) for name, size in cards))

    @property
    def sizes(self) -> tuple[int, ...]:
        """Bytes of each device; memory is the first."""
        return (self.ram, *(one.bytes for one in self.accelerators))

    def holds(self, buffers: Sequence[Buffers], spare: float) -> bool:
        """Whether there is room for them, and for so much more, in parts of one."""
        sizes = zip(self.sizes, buffers, strict=True)
        return all(with_spare(one, spare) <= size for size, one in sizes)

    def without(self, buffers: Sequence[Buffers], spare: float) -> Machine:
        """What is left when they are there."""
        left = [
            size - with_spare(one, spare) for size, one in zip(self.sizes, buffers, strict=True)
        ]
        cards = zip(self.accelerators, left[1:], strict=True)
        return Machine(left[0], tuple(replace(card, bytes=size) for card, size in cards))


def with_spare(buffers: Buffers, spare: float) -> int:
    """Bytes that are set aside for what is predicted."""
    return buffers.total + int(buffers.total * spare)
