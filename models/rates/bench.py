"""A model in memory, and samples of how fast it is.

Each sample has an engine of its own, with room for just its requests: what another run has left in
the memory would slow attention down. Rounds go through the concurrencies back and forth, so that a
machine whose pace drifts is not held against one of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.engine import Engine
from models.engine_events import EngineEvent, Stepped
from models.engine_options import EngineOptions
from models.errors import RunError
from models.pieces import Done
from models.rates.bandwidth import Memory
from models.rates.lent import LentWeights, lend
from models.rates.sample import Sample, Step, sample_of
from models.rates.work import BATCH, Work
from models.request import Request
from models.sampling import Sampling
from models.stream import Stream
from models.usage import Usage

GREEDY = Sampling(temperature=0, top_p=1, top_k=0, min_p=0)
_SPARE_CELLS = 64
"""Of each sequence, beyond its tokens: the engine lets nobody in without some."""


@dataclass(frozen=True)
class Bench:
    """A loaded model, and what it is asked."""

    weights: LentWeights
    options: EngineOptions
    work: Work
    memory: Memory
    load_seconds: float
    """Of the weights."""
    ends: tuple[int, ...]
    """Tokens that would end an answer."""
    words: tuple[int, ...]
    """Tokens that prompts are made of."""

    def warm_up(self) -> float:
        """Seconds until the first token of all: room for keys and values, and the weights, which a
        mapped file brings only when they are read."""
        began = time.perf_counter()
        with closing(Engine(self.weights.lent(), self._options(1))) as engine:
            self._touch(engine)
            return time.perf_counter() - began

    def samples(self, on_run: Callable[[int, int], None]) -> Iterator[Sample]:
        """All of them, one by one; `on_run` hears the round, from 1, and how many requests."""
        for turn in range(self.work.rounds):
            forth = self.work.concurrency if turn % 2 == 0 else self.work.concurrency[::-1]
            for sequences in forth:
                on_run(turn + 1, sequences)
                yield self.sample(sequences, seed=1000 * turn + sequences)

    def sample(self, sequences: int, seed: int) -> Sample:
        """One run of so many requests at once; `seed` draws their prompts."""
        bandwidth, steps = self.memory.bandwidth(), _Steps()
        options = self._options(sequences)
        with closing(Engine(self.weights.lent(), options, listener=steps)) as engine:
            self._touch(engine)
            steps.forget()
            prompts = _random(self.words, sequences, self.work.prompt, seed)
            usages = _ask(engine, [self._request(one, self.work.new) for one in prompts])
        if early := [usage for usage in usages if usage.answer_tokens < self.work.new]:
            raise RunError(f"an answer ended after {early[0].answer_tokens} tokens", "report it")
        return sample_of(usages, steps.steps, bandwidth)

    def _touch(self, engine: Engine) -> None:
        """Let it answer once: what is made at the first decode is there then."""
        _ask(engine, [self._request((self.words[0],) * 2, new=1)])

    def _options(self, sequences: int) -> EngineOptions:
        cells = sequences * (self.work.context + _SPARE_CELLS)
        return self.options.model_copy(update={"parallel": sequences, "cells": cells})

    def _request(self, prompt: tuple[int, ...], new: int) -> Request:
        return Request(prompt, GREEDY, max_tokens=new, forbidden=self.ends, label="bench")


@contextmanager
def open_bench(
    path: Path,
    work: Work,
    options: EngineOptions,
    *,
    threads: int,
    on_progress: Callable[[float], None],
) -> Iterator[Bench]:
    """Load `path` and have it ready; `on_progress` gets 0.0 to 1.0, from another thread."""
    own = {
        "context_tokens": work.context,
        "threads": threads,
        "kept_prefixes": 0,
        "prefix_folder": None,
        "batch": BATCH,
        "seed": 0,
    }
    with closing(Memory(threads)) as memory:
        began = time.perf_counter()
        weights = lend(path, options.loading, on_progress)
        load_seconds = time.perf_counter() - began
        try:
            ends, words = _vocabulary(weights)
            options = options.model_copy(update=own)
            yield Bench(weights, options, work, memory, load_seconds, ends, words)
        finally:
            weights.free()


def _vocabulary(weights: LentWeights) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Tokens that end an answer, and those that are plain text."""
    ends = tuple(token for token in range(weights.tokens) if weights.ends(token))
    special = {*weights.special(), *ends}
    return ends, tuple(token for token in range(weights.tokens) if token not in special)


class _Steps:
    """Hears what the engine does, from its thread."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def __call__(self, event: EngineEvent) -> None:
        if isinstance(event, Stepped):
            self.steps.append(Step(time.perf_counter(), event))

    def forget(self) -> None:
        self.steps = []


def _ask(engine: Engine, requests: list[Request]) -> list[Usage]:
    """Submit all, wait for all; leaves none behind."""
    streams: list[Stream] = []
    try:
        for request in requests:
            streams.append(engine.submit(request))
        return [_read(stream) for stream in streams]
    finally:
        for stream in streams:
            stream.close()


def _read(stream: Stream) -> Usage:
    for piece in stream:
        if isinstance(piece, Done):
            return piece.usage
    raise RunError("the engine ended a request without its last piece", "report it")


def _random(
    words: tuple[int, ...], sequences: int, length: int, seed: int
) -> list[tuple[int, ...]]:
    """Prompts that have nothing in common, so that each is computed whole."""
    drawn = np.random.default_rng(seed).integers(0, len(words), (sequences, length))
    return [tuple(words[at] for at in row) for row in drawn.tolist()]
