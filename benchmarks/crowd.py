"""Many requests on few sequences: whether the engine keeps its pace, how long the last waits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from benchmarks.asking import ask, request
from benchmarks.bench import Bench
from benchmarks.claim import Asked, Claim
from benchmarks.turns import in_turn
from models.request import Request

SEQUENCES, CROWD = 8, 64
SHARED, OWN = 64, 8
NEW = (32, 36, 40, 44, 48, 52, 56, 60)
"""New tokens of the requests, in turn."""


@dataclass(frozen=True, slots=True)
class Run:
    """How one run went."""

    rate: float
    """New tokens a second."""
    seconds: float
    longest_wait: float
    """Seconds to the first token, of the request that waited longest."""


def claims(bench: Bench) -> Iterator[Claim]:
    """Two claims: the pace, and the longest wait against that of the last in a fair queue."""
    works = (partial(_run, bench, CROWD), partial(_run, bench, SEQUENCES))
    many, few = in_turn(bench.rounds, *works)
    rates = tuple(run.rate for run in many), tuple(run.rate for run in few)
    work = f"{CROWD} requests over {SEQUENCES} sequences, {NEW[0]} to {NEW[-1]} new tokens"
    yield Claim(work, f"{SEQUENCES} over {SEQUENCES}", *rates, "tokens/s", Asked(least=1.0))
    waits = tuple(run.longest_wait for run in many)
    fair = tuple(run.seconds * (CROWD - SEQUENCES) / CROWD for run in many)
    yield Claim(
        f"{work}: longest wait", "first come first served", waits, fair, "s", Asked(most=1.1)
    )


def _run(bench: Bench, requests: int) -> Run:
    with bench.engine(parallel=SEQUENCES) as engine:
        began = time.perf_counter()
        usages = ask(engine, [_request(bench, n) for n in range(requests)])
        seconds = time.perf_counter() - began
    new = sum(usage.answer_tokens for usage in usages)
    longest = max(usage.first_token_seconds for usage in usages)
    return Run(new / seconds, seconds, longest)


def _request(bench: Bench, number: int) -> Request:
    own = bench.text(OWN, start=100 + 23 * number)
    return request(bench.text(SHARED, start=0) + own, tokens=NEW[number % len(NEW)])
