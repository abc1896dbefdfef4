"""How llama.cpp's threads wait for each other: this module must be the first to import llama_cpp.

GNU's OpenMP lets them spin for long. Beside a busy program, such as the tests that a specialist
runs, one thread then spins for another that is not running: measured on two cores, a batch took ten
times as long. A short spin costs nothing there where nothing else runs. Where several models are
loaded, OpenMP counts the threads of all, finds more than there are cores, and hardly spins at all:
one sequence then decoded at half the speed. To wait actively is what keeps it from that.

What the user has said is left alone. OpenMP reads the environment once, when it is loaded; programs
that Cadre starts see none of this.
"""

import os
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager

from models.cores import physical_cores

_SMALL = 4
_BRIEFLY, _AS_EVER = "10000", "300000"
"""Spins on a small machine; elsewhere those of OpenMP itself, which takes about 3 ms for them."""
_SAID = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")


@contextmanager
def told_to_spin(environment: MutableMapping[str, str], cores: int) -> Iterator[None]:
    """What OpenMP is told while it is loaded, on a machine of so many cores."""
    if any(name in environment for name in _SAID):
        yield
        return
    spins = _BRIEFLY if cores <= _SMALL else _AS_EVER
    environment.update(GOMP_SPINCOUNT=spins, OMP_WAIT_POLICY="active")
    try:
        yield
    finally:
        for name in _SAID:
            del environment[name]


with told_to_spin(os.environ, physical_cores()):
    import llama_cpp  # noqa: F401 - loads OpenMP
