"""A machine, as far as models care: how much memory it has for them, and how fast that is."""

from __future__ import annotations

from dataclasses import dataclass

import psutil

RAM_SPEED = 40_000_000_000
"""Bytes a second, assumed: two channels of DDR4-3200 bring 51 GB/s, less what is lost."""
VRAM_SPEED = 400_000_000_000
"""Bytes a second, assumed of one card; most bring more."""
BIG_VRAM_SPEED = 800_000_000_000
"""The same where there is more than one card of 48 GB has."""

_SYSTEM = 4 * 1024**3
_DRIVER = 1024**3
_BIG = 48 * 1024**3


@dataclass(frozen=True, slots=True)
class Machine:
    """Memory that models may use, in bytes."""

    ram: int
    vram: int = 0
    """Of all accelerators together; 0 without any."""

    @property
    def ram_speed(self) -> int:
        """Bytes a second; a token costs one reading of all weights that it passes through."""
        return RAM_SPEED

    @property
    def vram_speed(self) -> int:
        """The same of the accelerators."""
        return BIG_VRAM_SPEED if self.vram > _BIG else VRAM_SPEED

    @classmethod
    def of_size(cls, ram: int, vram: int = 0) -> Machine:
        """One that has so much altogether: the system keeps up to 4 GiB, the driver up to 1."""
        return cls(ram - min(_SYSTEM, ram // 4), vram - min(_DRIVER, vram // 8))


def free_memory() -> int:
    """Bytes that programs can have without swapping."""
    return int(psutil.virtual_memory().available)
