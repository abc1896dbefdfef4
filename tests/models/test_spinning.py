"""How llama.cpp's threads are told to wait."""

import subprocess
import sys

import pytest

from models.llama import spinning


@pytest.mark.parametrize(("cores", "spins"), [(2, "1000"), (4, "1000"), (16, None)])
def test_few_cores_spin_briefly(
    cores: int, spins: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spinning, "physical_cores", lambda: cores)
    environment: dict[str, str] = {}
    spinning.spin_briefly(environment)
    assert environment.get("GOMP_SPINCOUNT") == spins


@pytest.mark.parametrize("said", ["GOMP_SPINCOUNT", "OMP_WAIT_POLICY"])
def test_what_the_user_says_is_left_alone(said: str) -> None:
    environment = {said: "7"}
    spinning.spin_briefly(environment)
    assert environment == {said: "7"}


def test_it_is_said_before_llama_cpp_is_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import models.llama"],
        capture_output=True,
        text=True,
        check=True,
    )
    order = [line.rpartition("|")[2].strip() for line in done.stderr.splitlines()]
    assert order.index("models.llama.spinning") < order.index("llama_cpp")
