"""`--help` answers at once, and loads nothing that is slow."""

import os
import subprocess
import sys

import pytest

from tests.cli.conftest import Place

SLOW = ("langgraph", "langchain_core", "llama_cpp", "pydantic_settings", "prompt_toolkit", "rich")
COMMANDS = ("run", "chat", "resume", "sessions", "thoughts", "agents", "doctor")


@pytest.mark.parametrize("args", [["--help"], *([name, "--help"] for name in COMMANDS)])
def test_help_answers_without_loading_what_is_slow(args: list[str], place: Place) -> None:
    code = (
        f"import sys, cli; code = cli.enter({args!r});"
        f"print([name for name in {SLOW!r} if name in sys.modules], code)"
    )
    ran = subprocess.run(
        [sys.executable, "-P", "-c", code], env=place.environment, capture_output=True, text=True
    )
    assert ran.stdout.endswith("[] 0\n"), ran.stdout + ran.stderr
    assert ran.stdout.startswith("Usage: cadre")


def seconds(place: Place, *args: str) -> float:
    """Processor time, which is what it takes where nothing else runs: a busy machine may wait."""
    process = place.start(*args, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("args", [["--help"], ["run", "--help"]])
def test_help_answers_in_under_three_tenths_of_a_second(args: list[str], place: Place) -> None:
    assert min(seconds(place, *args) for _ in range(5)) < 0.3


def test_help_names_every_exit_code(place: Place) -> None:
    shown = place.start("--help", stdout=subprocess.PIPE).communicate()[0]
    assert all(f"{code} " in shown for code in (0, 1, 2, 3, 4, 130))
