"""How the next token is picked: chains in C, and a grammar that is asked about one token first.

Filtering the whole vocabulary by a grammar costs milliseconds. So the chain samples freely, the
grammar checks that one token, and only a rejection makes it filter everything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from models import llama

if TYPE_CHECKING:
    from models.request import Request
    from models.sampling import Sampling

_PENALTY_WINDOW = 1024
"""So many of the latest generated tokens are penalised."""
_TAIL = 64
"""Tokens in which a text that wakes the grammar is looked for."""


class Picker:
    """The samplers of one sequence."""

    def __init__(
        self,
        weights: llama.Weights,
        request: Request,
        forbidden: Sequence[llama.Token],
        piece: Callable[[llama.Token], bytes],
    ) -> None:
        """`forbidden`: tokens that no answer may hold; `piece`: the bytes of a token."""
        self._weights, self._sampling = weights, request.sampling
        self._penalties: dict[llama.Sampler, llama.Penalties] = {}
        self._generated: list[llama.Token] = []
        self._piece, self._end = piece, weights.end()
        self._forbidden = tuple(forbidden)
        self._wakes_at = request.gbnf_after.encode()
        self._awake = not self._wakes_at
        self._once = request.gbnf_once
        self._grammar = None if request.gbnf is None else llama.Grammar(weights, request.gbnf)
        thought = request.thought_gbnf
        self._thought = None if thought is None else llama.Grammar(weights, thought)

        bar = [llama.forbid(weights, forbidden)] if forbidden else []
        self._free, self._answer = self._chain(), self._chain(*bar)

    def open(self, context: llama.Context, output: int) -> llama.Token:
        """A token of what stands before an answer: a tag that opens the thinking, or another."""
        return self._picked(self._free, context, output)

    def think(self, context: llama.Context, output: int) -> llama.Token:
        """A token of thinking, or its closing tag."""
        if self._thought is None:
            return self._picked(self._free, context, output)
        return self._held(self._thought, self._free, context, output)

    def answer(self, context: llama.Context, output: int) -> llama.Token:
        """A token of the answer, which the grammar has accepted."""
        if self._grammar is None:
            return self._picked(self._answer, context, output)
        if not self._awake:
            token = self._picked(self._answer, context, output)
            self._awake = self._wakes(self._grammar)
            return token
        token = self._held(self._grammar, self._answer, context, output, self._forbidden)
        if self._wakes_at and not self._once and self._grammar.allows(self._end):
            self._awake = False  # fulfilled: text, or another call, may follow
        return token

    def call(self) -> None:
        """The token just picked as thinking begins a call, and so the answer: a grammar that holds
        the answer goes on with it."""
        grammar, token = self._grammar, self._generated[-1]
        if grammar is None:
            return
        if not self._awake:
            self._awake = self._wakes(grammar)
        elif grammar.allows(token):
            grammar.accept(token)

    def close(self) -> None:
        """Free what llama.cpp holds of it."""
        for part in (self._free, self._answer, self._grammar, self._thought):
            if part is not None:
                part.close()

    def _held(
        self,
        grammar: llama.Grammar,
        chain: llama.Sampler,
        context: llama.Context,
        output: int,
        forbidden: Sequence[llama.Token] = (),
    ) -> llama.Token:
        token = chain.sample(context, output)
        if grammar.allows(token):
            grammar.accept(token)
            return self._saw(token, chain)
        if rejected := self._penalties.get(chain):
            rejected.tell(self._generated[-_PENALTY_WINDOW:])
        return self._saw(grammar.pick(chain, context, output, forbidden), chain)

    def _picked(self, chain: llama.Sampler, context: llama.Context, output: int) -> llama.Token:
        return self._saw(chain.sample(context, output), chain)

    def _saw(self, token: llama.Token, picked_by: llama.Sampler) -> llama.Token:
        """Every chain has seen the same tokens, whichever of them picked."""
        self._generated.append(token)
        for chain, penalties in self._penalties.items():
            if chain is not picked_by:
                penalties.accept(token)
        return token

    def _wakes(self, grammar: llama.Grammar) -> bool:
        """Whether the waking text, which may lie across tokens, has just been said; the grammar
        then stands behind it. Where what was said does not fit the grammar, it sleeps on."""
        tail = self._generated[-_TAIL:]
        begin = _last(self._wakes_at, [self._piece(token) for token in tail])
        if begin is None:
            return False
        grammar.reset()
        for token in tail[begin:]:
            if not grammar.allows(token):
                return False
            grammar.accept(token)
        return True

    def _chain(self, *first: Any) -> llama.Sampler:  # Any: pointers of the bindings
        sampling = self._sampling
        if not sampling.penalises:
            return llama.Sampler([*first, *_stages(sampling)])
        penalties = llama.Penalties(
            self._weights, _PENALTY_WINDOW, sampling.repetition_penalty, sampling.presence_penalty
        )
        chain = llama.Sampler([*first, penalties.stage, *_stages(sampling)])
        self._penalties[chain] = penalties
        return chain


def _last(text: bytes, pieces: list[bytes]) -> int | None:
    """The piece in which the last `text` begins, if it has just been completed."""
    joined = b"".join(pieces)
    at = joined.rfind(text)
    if at < 0 or at + len(text) <= len(joined) - len(pieces[-1]):
        return None
    for index, piece in enumerate(pieces):
        if at < len(piece):
            return index
        at -= len(piece)
    return None


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
