"""The command line: how long a person waits for `--help`, against a bare Python."""

import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial

from benchmarks.bench import Bench
from benchmarks.claim import Claim
from benchmarks.turns import in_turn


def claims(bench: Bench) -> Iterator[Claim]:
    """One claim, without a bound."""
    works = (partial(_seconds, argv) for argv in (["-m", "cli", "--help"], ["-c", "pass"]))
    ours, bare = in_turn(3 * bench.rounds, *works)
    yield Claim("`cadre --help`", "`python -c pass`", ours, bare, "s")


def _seconds(argv: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *argv], check=True, capture_output=True)
    return time.perf_counter() - began
