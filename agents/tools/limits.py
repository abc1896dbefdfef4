"""How much of the machine a confined command may take."""

import os
from dataclasses import dataclass

GIB = 1 << 30


@dataclass(frozen=True)
class Limits:
    """Bounds for one command with all its processes; time and output are bounded elsewhere."""

    memory: int = 8 * GIB
    """Bytes that its processes take together."""
    written: int = 2 * GIB
    """Bytes that it may write where they are thrown away: into the repository's layer, and as much
    again into its home and other temporary folders together."""
    file: int = 4 * GIB
    """Bytes of the longest file; matters where writing was approved."""
    processes: int = 1024
    """Processes and threads."""


def of_machine() -> Limits:
    """What leaves this machine usable: at most half of its memory, and what is kept in it."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Limits(memory=min(8 * GIB, memory // 2), written=min(2 * GIB, memory // 8))
