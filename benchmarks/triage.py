"""Log triage: how long 200 MB of a pipeline's log take, and how much memory, in a fresh Python."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bench import Bench
from benchmarks.claim import Asked, Claim

BYTES = 200_000_000
MOST_SECONDS, MOST_MEGABYTES = 10.0, 200.0
NOISE = (
    "Downloading packages/module-{n}.tar.gz from the registry, checksum verified",
    "\x1b[32m  + src/module_{n}.c\x1b[0m compiled, 0 errors, {n} lines",
    "INFO worker {n} handled its request, errors=0 failed=0",
    "tests/test_failover_{n}.py::test_error_page PASSED",
    "cached layer {n} of the build is linked into the output",
)
ERROR = "src/main.c:9:3: error: expected ';' before 'return'"
MEASURED = r"""
import json, re, resource, sys, time
from pathlib import Path
from agents.logs import triage_file
began = time.perf_counter()
made = triage_file(Path(sys.argv[1]))
seconds = time.perf_counter() - began
status = Path("/proc/self/status")  # getrusage counts what the parent had before the exec, too
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
if status.exists():
    peak = int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1])
print(json.dumps([seconds, peak, made.error.number if made.error else 0]))
"""


def claims(bench: Bench) -> Iterator[Claim]:
    """Seconds and megabytes, each against the most that they may be."""
    with TemporaryDirectory(prefix="cadre-") as folder:
        log = Path(folder, "job.log")
        number = _write(log)
        runs = [_run(log, number) for _ in range(bench.rounds)]
    seconds, megabytes = (tuple(figures) for figures in zip(*runs, strict=True))
    work = "triage of a log of 200 MB"
    limits = tuple(MOST_SECONDS for _ in seconds), tuple(MOST_MEGABYTES for _ in seconds)
    yield Claim(work, "the most it may take", seconds, limits[0], "s", Asked(most=1))
    yield Claim(f"{work}, at its peak", "the same", megabytes, limits[1], "MB", Asked(most=1))


def _write(log: Path) -> int:
    """A job of GitHub's that fails in the end; gives the number of the line that says why."""
    time = "2025-11-03T09:10:00.0000000Z "
    lines = [f"{time}{NOISE[n % len(NOISE)].format(n=n)}\n" for n in range(20_000)]
    block = "".join(lines).encode()
    with log.open("wb") as file:
        file.write(f"{time}##[group]Run make\n{time}##[endgroup]\n".encode())
        blocks = BYTES // len(block)
        for _ in range(blocks):
            file.write(block)
        file.write(f"{time}{ERROR}\n{time}##[error]Process completed with exit code 2.\n".encode())
    return 3 + blocks * len(lines)


def _run(log: Path, number: int) -> tuple[float, float]:
    ran = subprocess.run(
        [sys.executable, "-c", MEASURED, log],
        check=True,
        capture_output=True,
        cwd=Path(__file__).parent.parent,
    )
    seconds, peak, found = json.loads(ran.stdout)
    if found != number:
        raise RuntimeError(f"the error stands in line {number}, and {found} was found")
    return seconds, peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
