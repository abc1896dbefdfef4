"""llama.cpp's samplers: chains of stages in C, and grammars that can be asked about one token."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import llama_cpp as lib
import numpy as np
from llama_cpp.llama_grammar import json_schema_to_gbnf

from models.errors import GenerationError
from models.llama.context import Context
from models.llama.log import complaints, forget_complaints
from models.llama.weights import Token, Weights

_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
"""llama_token_data."""


class Sampler:
    """A chain of stages; picks one token out of a context's logits."""

    def __init__(self, stages: Sequence[Any]) -> None:  # Any: pointers of the bindings
        self._chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        for stage in stages:
            lib.llama_sampler_chain_add(self._chain, stage)

    def sample(self, context: Context, output: int) -> Token:
        """Sample from the logits of the batch's token at `output`, and tell the chain."""
        return int(lib.llama_sampler_sample(self._chain, context._ctx, output))

    def apply(self, candidates: lib.llama_token_data_array) -> None:
        """Select one of `candidates`; the chain is not told."""
        lib.llama_sampler_apply(self._chain, ctypes.byref(candidates))

    def accept(self, token: Token) -> None:
        """Tell the chain what was picked."""
        lib.llama_sampler_accept(self._chain, token)

    def close(self) -> None:
        """Free the chain and its stages."""
        if self._chain:
            lib.llama_sampler_free(self._chain)
            self._chain = None


class Grammar:
    """A compiled GBNF grammar and where it stands.

    It is no stage of a chain: a chain would tell it of a token that it forbids, where it forbids
    all, and llama.cpp then ends the process.
    """

    def __init__(self, weights: Weights, gbnf: str) -> None:
        forget_complaints()
        self._tokens = weights.tokens
        self._stage = lib.llama_sampler_init_grammar(weights._vocab, gbnf.encode(), b"root")
        if not self._stage:
            reason = complaints("no reason given")
            raise GenerationError(f"the grammar cannot be compiled: {reason}")
        self._one = lib.llama_token_data(0, 1.0, 0.0)
        self._array = lib.llama_token_data_array(ctypes.pointer(self._one), 1, -1, False)

    def allows(self, token: Token) -> bool:
        """Whether the grammar may go on with `token`; costs one token, not the vocabulary."""
        self._one.id, self._one.logit = token, 1.0
        lib.llama_sampler_apply(self._stage, ctypes.byref(self._array))
        return bool(self._one.logit == 1.0)

    def accept(self, token: Token) -> None:
        """Go on with `token`, which must be allowed: llama.cpp throws across C otherwise."""
        lib.llama_sampler_accept(self._stage, token)

    def pick(
        self, chain: Sampler, context: Context, output: int, forbidden: Sequence[Token]
    ) -> Token:
        """Let `chain` pick among all that the grammar allows, and go on with it; costs the whole
        vocabulary. A GenerationError where nothing is allowed."""
        found = np.empty(self._tokens, _CANDIDATE)
        found["id"] = np.arange(self._tokens)
        found["logit"] = context.logits(output, self._tokens)
        found["logit"][list(forbidden)] = -np.inf
        data = found.ctypes.data_as(ctypes.POINTER(lib.llama_token_data))
        candidates = lib.llama_token_data_array(data, self._tokens, -1, False)
        lib.llama_sampler_apply(self._stage, ctypes.byref(candidates))
        if not np.isfinite(found["logit"]).any():
            raise GenerationError(
                "nothing that this model can say fits the grammar from here on",
                "correct the schema or the grammar that the answer is held to",
            )
        chain.apply(candidates)
        token = int(candidates.data[candidates.selected].id)
        self.accept(token)
        chain.accept(token)
        return token

    def reset(self) -> None:
        """Stand at the beginning again."""
        lib.llama_sampler_reset(self._stage)

    def close(self) -> None:
        """Free it."""
        if self._stage:
            lib.llama_sampler_free(self._stage)
            self._stage = None


class Penalties:
    """A stage that makes tokens it has seen less likely; owned by its chain."""

    def __init__(self, weights: Weights, last: int, repetition: float, presence: float) -> None:
        """`last`: so many of the latest tokens count; `repetition` 1 and `presence` 0 are none."""
        self.stage = lib.llama_sampler_init_penalties(
            weights.tokens, last, repetition, 0.0, presence
        )

    def tell(self, tokens: Sequence[Token]) -> None:
        """Have seen exactly `tokens`."""
        lib.llama_sampler_reset(self.stage)
        for token in tokens:
            lib.llama_sampler_accept(self.stage, token)

    def accept(self, token: Token) -> None:
        """Have seen one more."""
        lib.llama_sampler_accept(self.stage, token)


def stage(name: str, *arguments: float) -> Any:  # Any: a pointer of the bindings
    """One stage by llama.cpp's name for it: greedy, dist, top_k, top_p, min_p, temp."""
    return getattr(lib, f"llama_sampler_init_{name}")(*arguments)


def forbid(weights: Weights, tokens: Sequence[Token]) -> Any:  # Any: a pointer of the bindings
    """A stage that makes `tokens` impossible."""
    biases = (lib.llama_logit_bias * len(tokens))(
        *(lib.llama_logit_bias(token, float("-inf")) for token in tokens)
    )
    return lib.llama_sampler_init_logit_bias(weights.tokens, len(tokens), biases)


def gbnf_of(schema: str) -> str:
    """A JSON schema as GBNF with the root rule `root`; the errors are the converter's own."""
    return str(json_schema_to_gbnf(schema))
