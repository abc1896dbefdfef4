"""The command line: how long a person waits for `--help`, against a bare Python."""

import subprocess
import sys
import time
from statistics import median

from benchmarks.claim import Claim

RUNS = 9


async def claims() -> list[Claim]:
    """One claim: medians of runs taken in turn."""
    help_, bare = [], []
    for _ in range(RUNS):
        help_.append(_seconds([sys.executable, "-m", "cli", "--help"]))
        bare.append(_seconds([sys.executable, "-c", "pass"]))
    return [Claim("cadre --help", "python -c pass", median(help_), median(bare), "s")]


def _seconds(argv: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(argv, check=True, capture_output=True)
    return time.perf_counter() - began
