"""A bare `llama_decode` loop with greedy sampling: what an engine is held against."""

from __future__ import annotations

import time
from collections.abc import Sequence

from models.llama import Batch, Context, Sampler, Token, stage

BATCH = 512
"""Tokens of one decode."""


class Raw:
    """One llama.cpp context and nothing around it but a loop."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._batch = Batch(BATCH)
        self._greedy = Sampler([stage("greedy")])

    def prefill(self, tokens: Sequence[Token], lane: int = 0, position: int = 0) -> Token:
        """Compute `tokens` in full batches; returns the token that goes on from them."""
        output = 0
        for at in range(0, len(tokens), BATCH):
            self._batch.clear()
            part, last = tokens[at : at + BATCH], at + BATCH >= len(tokens)
            output = self._batch.add(lane, part, position + at, sample=last)
            self.context.decode(self._batch)
        return self._greedy.sample(self.context, output)

    def decode(self, tokens: Sequence[Token], positions: Sequence[int], steps: int) -> float:
        """Seconds that so many steps take; lane n goes on with `tokens[n]` at `positions[n]`."""
        began = time.perf_counter()
        for step in range(steps):
            self._batch.clear()
            outputs = [
                self._batch.add(lane, (token,), positions[lane] + step, sample=True)
                for lane, token in enumerate(tokens)
            ]
            self.context.decode(self._batch)
            tokens = [self._greedy.sample(self.context, output) for output in outputs]
        return time.perf_counter() - began

    def close(self) -> None:
        """Free the sampler."""
        self._greedy.close()
