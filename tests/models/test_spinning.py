"""How llama.cpp's threads are told to wait."""

import os
import subprocess
import sys

import pytest

from models.llama import spinning


def _loaded(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A process in which OpenMP shows what it was told."""
    clean = {name: value for name, value in os.environ.items() if name not in SAID}
    return subprocess.run(
        [sys.executable, "-c", f"import models.llama{code}"],
        env={**clean, "OMP_DISPLAY_ENV": "verbose", **environment},
        capture_output=True,
        text=True,
        check=True,
    )


SAID = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")


@pytest.mark.parametrize(("cores", "spins"), [(2, "10000"), (4, "10000"), (16, "300000")])
def test_few_cores_spin_briefly(cores: int, spins: str) -> None:
    environment: dict[str, str] = {}
    with spinning.told_to_spin(environment, cores):
        assert environment == {"GOMP_SPINCOUNT": spins, "OMP_WAIT_POLICY": "active"}
    assert environment == {}


@pytest.mark.parametrize("said", SAID)
def test_what_the_user_says_is_left_alone(said: str) -> None:
    environment = {said: "7"}
    with spinning.told_to_spin(environment, cores=2):
        assert environment == {said: "7"}
    assert environment == {said: "7"}


def test_openmp_hears_it_and_programs_that_are_started_do_not() -> None:
    shown = _loaded(";import os;print([n for n in os.environ if 'GOMP' in n or 'POLICY' in n])")
    if "OPENMP DISPLAY" not in shown.stderr:
        pytest.skip("this llama.cpp is built without OpenMP")
    assert "OMP_WAIT_POLICY = 'ACTIVE'" in shown.stderr
    assert shown.stdout.strip() == "[]"
    assert "OMP_WAIT_POLICY = 'PASSIVE'" in _loaded("", OMP_WAIT_POLICY="passive").stderr
