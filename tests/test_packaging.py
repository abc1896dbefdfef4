"""The names at the top level are ours alone, and the wheel holds what a run needs."""

import subprocess
import sys
import zipfile
from importlib.metadata import entry_points, packages_distributions
from pathlib import Path

import pytest

from models.reference import embedded_path, embedded_sum

ROOT = Path(__file__).parent.parent
OURS = ("agents", "graphs", "models", "prompts", "console", "cli")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [path] = folder.glob("*.whl")
    return set(zipfile.ZipFile(path).namelist())


@pytest.mark.parametrize("package", OURS)
def test_no_other_distribution_has_our_names(package: str) -> None:
    others = set(packages_distributions().get(package, [])) - {"qwen-cadre"}
    assert not others


def test_the_wheel_has_every_package_and_every_prompt(wheel: set[str]) -> None:
    sources = {
        path.relative_to(ROOT).as_posix()
        for top in OURS
        for path in (ROOT / top).rglob("*")
        if path.suffix in {".py", ".md"}
    }
    assert {*sources, "cli.py"} <= wheel


def test_the_wheel_has_no_tests_and_no_weights_but_the_embedded_model(wheel: set[str]) -> None:
    assert not [name for name in wheel if name.startswith(("tests/", "scripts/"))]
    assert [name for name in wheel if name.endswith(".gguf")] == [
        "models/embedded/cadre-embedded.gguf"
    ]
    assert "models/embedded/cadre-embedded.sha256" in wheel


def test_the_embedded_model_is_small_and_the_one_that_was_shipped() -> None:
    assert embedded_path().stat().st_size <= 12_000_000
    found, wanted = embedded_sum()
    assert found == wanted


def test_the_command_is_called_cadre() -> None:
    [command] = entry_points(group="console_scripts", name="cadre")
    assert command.value == "cli:main"
