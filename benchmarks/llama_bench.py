"""Against llama.cpp's own measures: how fast this machine prefills and decodes at most.

llama-bench has no rate for several sequences with one prefix; llama-batched-bench beside it has.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import decode, team
from benchmarks.bench import Bench
from benchmarks.claim import Asked, Claim
from benchmarks.peers import binary, shared_arguments
from benchmarks.raw import BATCH
from benchmarks.turns import in_turn

PREFILLED = team.SHARED + team.AGENTS * team.OWN
DECODED = decode.NEW[1]


@dataclass(frozen=True, slots=True)
class Rates:
    """Tokens a second, of one round."""

    team: float
    """New tokens of the five agents; of llama.cpp's measures, what they allow."""
    prefill: float
    decode: float
    """Of one sequence."""


def claims(bench: Bench) -> Iterator[Claim]:
    """The limit, and the two rates behind it, where there is a llama-bench."""
    if bench.peers is None:
        return
    works = partial(_ours, bench), partial(_theirs, bench, bench.peers)
    ours, theirs = in_turn(bench.rounds, *works)
    prefill = f"prefill, bare loop, {PREFILLED:,} tokens"
    for work, against, rate, asked in (
        (team.WORK, "the limit: rates of llama-bench", "team", Asked(least=0.9)),
        (prefill, f"llama-bench pp{PREFILLED}", "prefill", Asked()),
        ("decode, 1 sequence", f"llama-bench tg{DECODED}", "decode", Asked()),
    ):
        figures, references = (tuple(getattr(r, rate) for r in side) for side in (ours, theirs))
        yield Claim(work, against, figures, references, "tokens/s", asked)


def _ours(bench: Bench) -> Rates:
    with bench.raw(lanes=1) as raw:
        began = time.perf_counter()
        raw.prefill(bench.text(PREFILLED, start=0))
        prefill = PREFILLED / (time.perf_counter() - began)
    return Rates(team.engine(bench), prefill, decode.engine(bench, 1))


def _theirs(bench: Bench, folder: Path) -> Rates:
    sizes = ["-b", str(BATCH), "-ub", str(BATCH)]
    asked = ["-p", str(PREFILLED), "-n", str(DECODED), "-r", "1", "-o", "json"]
    tests = json.loads(_said(bench, folder, "llama-bench", [*sizes, *asked]))
    prefill, single = (_rate(tests, count) for count in ("n_prompt", "n_gen"))
    together = _together(bench, folder, sizes)
    decode_seconds = team.AGENTS * (team.NEW - 1) / together
    return Rates(team.rate(PREFILLED / prefill + decode_seconds), prefill, single)


def _rate(tests: list[dict[str, Any]], count: str) -> float:  # Any: llama-bench's own JSON
    return float(next(test["avg_ts"] for test in tests if test[count] > 0))


def _together(bench: Bench, folder: Path, sizes: list[str]) -> float:
    """Tokens a second of all agents' sequences, which share their prompt."""
    lanes = ["-npl", str(team.AGENTS), "-pps", "-kvu", "-c", "4096"]
    lengths = ["-npp", str(team.SHARED + team.OWN), "-ntg", str(team.NEW - 1)]
    asked = [*sizes, *lanes, *lengths, "--output-format", "jsonl"]
    lines = _said(bench, folder, "llama-batched-bench", asked).splitlines()
    return float(next(json.loads(line)["speed_tg"] for line in lines if line.startswith("{")))


def _said(bench: Bench, folder: Path, program: str, arguments: list[str]) -> str:
    argv = [str(binary(folder, program)), *shared_arguments(bench), *arguments]
    return subprocess.run(
        argv, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ).stdout
