"""How the next token is picked: chains in C, and a grammar that is asked about one token first.

Filtering the whole vocabulary by a grammar costs milliseconds. So the free chain samples, the
grammar checks that one token, and only a rejection makes the strict chain filter everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models import llama


@dataclass(frozen=True, slots=True)
class Sampling:
    """Numbers of one call; temperature 0 takes the likeliest token, top_k 0 takes all."""

    temperature: float
    top_p: float
    top_k: int
    min_p: float
    seed: int = 0


class Picker:
    """The samplers of one sequence."""

    def __init__(
        self,
        weights: llama.Weights,
        sampling: Sampling,
        forbidden: Sequence[llama.Token],
        gbnf: str | None,
    ) -> None:
        """`forbidden`: tokens that no answer may hold. `gbnf`: what the answer is held to."""

        def held(*first: Any) -> llama.Sampler:  # Any: pointers of the bindings
            bar = [llama.forbid(weights, forbidden)] if forbidden else []
            return llama.Sampler([*first, *bar, *_stages(sampling)])

        self._grammar = llama.Grammar(weights, gbnf) if gbnf is not None else None
        self._strict = held(self._grammar.stage) if self._grammar else None
        self._free = llama.Sampler(_stages(sampling))
        self._answer = held()

    def think(self, context: llama.Context) -> llama.Token:
        """A token of thinking, or of what stands before an answer."""
        return self._free.sample(context)

    def answer(self, context: llama.Context) -> llama.Token:
        """A token of the answer, which the grammar has accepted."""
        token = self._answer.sample(context)
        if self._grammar is None or self._strict is None:
            return token
        if self._grammar.allows(token):
            self._grammar.accept(token)
            return token
        return self._strict.sample(context)

    def close(self) -> None:
        """Free the chains; the grammar belongs to the strict one."""
        for chain in (self._free, self._answer, self._strict):
            if chain is not None:
                chain.close()


def _stages(sampling: Sampling) -> list[Any]:  # Any: pointers of the bindings
    if sampling.temperature == 0:
        return [llama.stage("greedy")]
    return [
        llama.stage("top_k", sampling.top_k),
        llama.stage("top_p", sampling.top_p, 1),
        llama.stage("min_p", sampling.min_p, 1),
        llama.stage("temp", sampling.temperature),
        llama.stage("dist", sampling.seed),
    ]
