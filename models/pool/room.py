"""How much memory all models of a process may have together."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

Free = Callable[[], int]
"""Says how many bytes are free now."""

LEFT = 20
"""Where only one part in so many is free, memory is short. Twice that is left to others."""


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes for models."""

    limit: int
    """What all of them may take."""
    reserve: int
    """Less than this free means that memory is short."""
    firm: bool
    """Whether a model that is larger than the limit is refused. Else it is loaded alone: what was
    measured says nothing of files that are mapped, and may be wrong."""


@dataclass(frozen=True, slots=True)
class Spare:
    """What there is for a model that is about to be loaded."""

    free: int
    """Bytes that are free."""
    most: int | None
    """Bytes that it may take; None where no limit is firm."""


def room_of(memory_bytes: int | None, free: Free) -> Room:
    """What was set, or nine tenths of what is free now."""
    if memory_bytes is not None:
        return Room(memory_bytes, memory_bytes // LEFT, firm=True)
    spare = free()
    return Room(spare - 2 * spare // LEFT, spare // LEFT, firm=False)


def free_bytes() -> int:
    """Bytes free in this computer's memory and on its accelerators.

    Not told apart, since layers that find no place on one go to the other. Where both are one
    memory, as on a Mac, it is counted once.
    """
    from models.catalogue import free_memory  # late, since they bring the catalogue and llama.cpp
    from models.llama.devices import devices

    if sys.platform == "darwin":
        return free_memory()
    return free_memory() + sum(device.free for device in devices() if device.kind == "gpu")
