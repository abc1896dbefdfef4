"""A second process with the same role prompt and repository context: its first token.

    python -m benchmarks.restored MODEL THREADS GPU_LAYERS FOLDER

is such a process; it prints the seconds from the request to its first token.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.asking import ask, request
from benchmarks.bench import Bench
from benchmarks.claim import Asked, Claim

ROLE, CONTEXT, OWN = 300, 1000, 20


def claims(bench: Bench) -> Iterator[Claim]:
    """One claim: each round has a cold process, then one that finds what that one kept."""
    rounds = [_round(bench) for _ in range(bench.rounds)]
    first, second = zip(*rounds, strict=True)
    work = f"first token in a second process, {ROLE + CONTEXT} prompt tokens kept on disk"
    yield Claim(work, "the first process, cold", second, first, "s", Asked(most=0.25))


def _round(bench: Bench) -> tuple[float, float]:
    with TemporaryDirectory() as folder:
        return _process(bench, folder), _process(bench, folder)


def _process(bench: Bench, folder: str) -> float:
    layers = "all" if bench.gpu_layers is None else str(bench.gpu_layers)
    argv = [sys.executable, "-m", __name__, str(bench.model), str(bench.threads), layers, folder]
    done = subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True)
    return float(done.stdout)


def _first_token(model: str, threads: str, gpu_layers: str, folder: str) -> float:
    layers = None if gpu_layers == "all" else int(gpu_layers)
    bench = Bench(Path(model), int(threads), layers)
    kept = bench.text(ROLE + CONTEXT, start=0)
    one = request(kept + bench.text(OWN, start=1500), tokens=4, keep=(ROLE, ROLE + CONTEXT))
    with bench.engine(parallel=1, prefix_folder=Path(folder)) as engine:
        (usage,) = ask(engine, [one])
    return usage.first_token_seconds


if __name__ == "__main__":
    print(_first_token(*sys.argv[1:]))
