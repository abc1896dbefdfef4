"""How fast this machine's memory is read: the bound on decoding, which reads all weights a token.

Measured, not looked up: a buffer that no cache holds is read from end to end by as many threads as
the model has.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

_CPUS = Path("/sys/devices/system/cpu")
_LEAST, _MOST = 256 * 1024**2, 4 * 1024**3
_TIMES_CACHES = 4
_PASSES = 3
_UNITS = {"K": 1024, "M": 1024**2, "G": 1024**3}


class Memory:
    """A buffer to read, and the threads that read it."""

    def __init__(self, threads: int, octets: int | None = None) -> None:
        """`octets`: of the buffer; None: more than the caches hold."""
        # Written to, since pages that nobody wrote to are all the same one.
        buffer = np.ones((octets or buffer_bytes()) // 8, np.uint64)
        self._parts = np.array_split(buffer, threads)
        self._octets = buffer.nbytes
        self._readers = ThreadPoolExecutor(threads, thread_name_prefix="cadre-memory")

    def bandwidth(self) -> float:
        """Bytes a second, of the best of a few passes: other programs only ever make it less."""
        return self._octets / min(self._pass() for _ in range(_PASSES))

    def close(self) -> None:
        """Give the buffer back."""
        self._readers.shutdown()
        self._parts = []

    def _pass(self) -> float:
        began = time.perf_counter()
        # An or over integers keeps up with memory on one core, and numpy lets other threads run.
        for _ in self._readers.map(np.bitwise_or.reduce, self._parts):
            pass
        return time.perf_counter() - began


def buffer_bytes(cpus: Path = _CPUS) -> int:
    """Several times what the caches hold together, as far as the system tells."""
    return min(max(_TIMES_CACHES * sum(_caches(cpus)), _LEAST), _MOST)


def _caches(cpus: Path) -> Iterator[int]:
    """Bytes of each cache, once for all the cores that share it."""
    seen: set[tuple[str, str]] = set()
    for cache in cpus.glob("cpu[0-9]*/cache/index*"):
        try:
            level, shared, size = (
                (cache / name).read_text().strip() for name in ("level", "shared_cpu_list", "size")
            )
        except OSError:
            continue
        number, unit = size[:-1], size[-1:]
        if (level, shared) not in seen and number.isdecimal():
            seen.add((level, shared))
            yield int(number) * _UNITS.get(unit, 0)
