"""Five agents with a long prompt in common, cold: against `Llama`, and against the machine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from itertools import islice

from llama_cpp import Llama

from benchmarks.asking import ask, request
from benchmarks.bench import Bench
from benchmarks.claim import Asked, Claim
from benchmarks.raw import BATCH, Raw
from benchmarks.turns import in_turn
from models.llama import Token

AGENTS, SHARED, OWN, NEW = 5, 1300, 20, 48
WORK = f"{AGENTS} agents, {SHARED} shared prompt tokens, {OWN} own, {NEW} new each, cold"


def claims(bench: Bench) -> Iterator[Claim]:
    """Against the library's own interface, and against the machine's limit."""
    works = (engine, _one_after_the_other, _limit)
    ours, theirs, limit = in_turn(bench.rounds, *(partial(work, bench) for work in works))
    yield Claim(WORK, "`Llama`, one after the other", ours, theirs, "tokens/s", Asked(least=1.05))
    limited = "the limit: raw prefill and decode rates"
    yield Claim(WORK, limited, ours, limit, "tokens/s", Asked(least=0.9))


def rate(seconds: float) -> float:
    """New tokens a second, where the whole work took `seconds`."""
    return AGENTS * NEW / seconds


def engine(bench: Bench) -> float:
    """New tokens a second, from the requests to the last token."""
    with bench.engine(parallel=AGENTS) as engine:
        requests = [request(prompt, tokens=NEW) for prompt in prompts(bench)]
        began = time.perf_counter()
        ask(engine, requests)
        return rate(time.perf_counter() - began)


def prompts(bench: Bench) -> list[tuple[Token, ...]]:
    """What the agents are asked."""
    shared = bench.text(SHARED, start=0)
    return [shared + bench.text(OWN, start=SHARED + 97 * (n + 1)) for n in range(AGENTS)]


def _one_after_the_other(bench: Bench) -> float:
    with closing(_llama(bench)) as llama:
        list(islice(llama.generate(bench.text(2, start=1), temp=0), 1))
        began = time.perf_counter()
        for prompt in prompts(bench):
            new = list(islice(llama.generate(prompt, temp=0), NEW))
            assert len(new) == NEW, "`generate` goes on past an end token"
        return rate(time.perf_counter() - began)


def _llama(bench: Bench) -> Llama:
    return Llama(
        str(bench.model),
        n_gpu_layers=-1 if bench.gpu_layers is None else bench.gpu_layers,
        n_ctx=SHARED + OWN + NEW,
        n_batch=BATCH,
        n_threads=bench.threads,
        n_threads_batch=bench.threads,
        flash_attn=True,
        no_perf=True,
        verbose=False,
    )


def _limit(bench: Bench) -> float:
    """Every prompt token computed once in full batches, then all sequences decoded together."""
    with bench.raw(lanes=AGENTS) as raw:
        prefill = _prefill_seconds(bench, raw)
        own = [prompt[SHARED:] for prompt in prompts(bench)]
        raw.prefill(bench.text(SHARED, start=0))
        for lane in range(1, AGENTS):
            raw.context.fork(0, lane, 0, SHARED)
        first = [raw.prefill(tokens, lane, SHARED) for lane, tokens in enumerate(own)]
        decode = raw.decode(first, [SHARED + OWN] * AGENTS, NEW - 1)
    return rate(prefill + decode)


def _prefill_seconds(bench: Bench, raw: Raw) -> float:
    tokens = bench.text(SHARED + AGENTS * OWN, start=0)
    began = time.perf_counter()
    raw.prefill(tokens)
    seconds = time.perf_counter() - began
    raw.context.drop(0)
    return seconds
