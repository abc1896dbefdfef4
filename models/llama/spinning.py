"""How llama.cpp's threads wait for each other: must be imported before llama_cpp is.

GNU's OpenMP lets them spin for long. Beside a busy program, such as the tests that a specialist
runs, one thread then spins for another that is not running: measured on two cores, a batch took ten
times as long. A short spin costs nothing there where nothing else runs. On larger machines, where
it was not measured, and where the user has said how to wait, it is left alone.
"""

import os
from collections.abc import MutableMapping

from models.cores import physical_cores

_SMALL = 4
_SPINS = "1000"
_SAID = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")


def spin_briefly(environment: MutableMapping[str, str]) -> None:
    """Set it for OpenMP, which reads the environment once, when it is loaded."""
    if physical_cores() <= _SMALL and not any(name in environment for name in _SAID):
        environment["GOMP_SPINCOUNT"] = _SPINS


spin_briefly(os.environ)
