"""A long prompt that arrives while others decode: the longest that one of them stands still."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise

from benchmarks.asking import read, request
from benchmarks.bench import Bench
from benchmarks.claim import Asked, Claim
from benchmarks.raw import BATCH
from benchmarks.turns import in_turn
from models.engine import Engine
from models.stream import Stream

LONG, OTHERS, PROMPT = 4000, 4, 16
UNDER_WAY = 8
"""Tokens that the others have before the long prompt arrives."""
ROUNDS = 1
"""The slowest of dozens of gaps is looked for, and each round takes long."""


def claims(bench: Bench) -> Iterator[Claim]:
    """One claim, in seconds; a ratio of 2 is two full batches."""
    gap, batch = in_turn(ROUNDS, partial(_gap, bench), partial(_batch, bench))
    work = f"{LONG:,}-token prompt arriving while {OTHERS} decode: their slowest token gap"
    yield Claim(work, f"one batch of {BATCH} in a bare loop", gap, batch, "s", Asked(most=2.0))


def _gap(bench: Bench) -> float:
    with bench.engine(parallel=OTHERS + 1) as engine:
        return asyncio.run(_slowest(engine, bench))


async def _slowest(engine: Engine, bench: Bench) -> float:
    prompts = [bench.text(PROMPT, start=100 * n + 50) for n in range(OTHERS)]
    others = [_Other(engine.submit(request(prompt, tokens=800))) for prompt in prompts]
    await asyncio.gather(*(other.under_way.wait() for other in others))
    arrived = time.perf_counter()
    await read(engine.submit(request(bench.text(LONG, start=2000), tokens=1)))
    ended = time.perf_counter()
    await asyncio.gather(*(other.leave() for other in others))
    return max(_longest([*other.moments, ended], arrived) for other in others)


class _Other:
    """A sequence that decodes, and when its tokens came."""

    def __init__(self, stream: Stream) -> None:
        self.moments: list[float] = []
        self.under_way = asyncio.Event()
        self._stream = stream
        self._reading = asyncio.create_task(self._read())

    async def leave(self) -> None:
        """Cancel it; RuntimeError where it has ended by itself."""
        if self._reading.done():
            raise RuntimeError("one of the others ended before the long prompt was computed")
        self._stream.close()
        await self._reading

    async def _read(self) -> None:
        async for _ in self._stream:
            self.moments.append(time.perf_counter())
            if len(self.moments) == UNDER_WAY:
                self.under_way.set()
        self.under_way.set()  # ended too early: nobody waits for it, and `leave` says so


def _longest(moments: Sequence[float], since: float) -> float:
    """The longest gap that ends after `since`."""
    return max(after - before for before, after in pairwise(sorted(moments)) if after > since)


def _batch(bench: Bench) -> float:
    """Seconds of the slowest full batch of the same prompt."""
    prompt, seconds = bench.text(LONG, start=2000), []
    with bench.raw(lanes=1) as raw:
        for at in range(0, LONG - BATCH + 1, BATCH):
            began = time.perf_counter()
            raw.prefill(prompt[at : at + BATCH], position=at)
            seconds.append(time.perf_counter() - began)
    return max(seconds)
