"""llama.cpp's samplers: chains of stages in C, and grammars that can be asked about one token."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import llama_cpp as lib
from llama_cpp.llama_grammar import json_schema_to_gbnf

from models.errors import GenerationError
from models.llama.context import Context
from models.llama.log import complaints, forget_complaints
from models.llama.weights import Token, Weights


class Sampler:
    """A chain of stages; picks one token out of a context's logits."""

    def __init__(self, stages: Sequence[Any]) -> None:  # Any: pointers of the bindings
        self._chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        for stage in stages:
            lib.llama_sampler_chain_add(self._chain, stage)

    def sample(self, context: Context, output: int) -> Token:
        """Sample from the logits of the batch's token at `output`, and tell the chain."""
        return int(lib.llama_sampler_sample(self._chain, context._ctx, output))

    def close(self) -> None:
        """Free the chain and its stages."""
        if self._chain:
            lib.llama_sampler_free(self._chain)
            self._chain = None


class Grammar:
    """A compiled GBNF grammar and where it stands; owned by the chain that it is a stage of."""

    def __init__(self, weights: Weights, gbnf: str) -> None:
        forget_complaints()
        self.stage = lib.llama_sampler_init_grammar(weights._vocab, gbnf.encode(), b"root")
        if not self.stage:
            reason = complaints("no reason given")
            raise GenerationError(f"the grammar cannot be compiled: {reason}")
        self._one = lib.llama_token_data(0, 1.0, 0.0)
        self._array = lib.llama_token_data_array(ctypes.pointer(self._one), 1, -1, False)

    def allows(self, token: Token) -> bool:
        """Whether the grammar may go on with `token`; costs one token, not the vocabulary."""
        self._one.id, self._one.logit = token, 1.0
        lib.llama_sampler_apply(self.stage, ctypes.byref(self._array))
        return bool(self._one.logit == 1.0)

    def accept(self, token: Token) -> None:
        """Go on with `token`, which must be allowed: llama.cpp throws across C otherwise."""
        lib.llama_sampler_accept(self.stage, token)

    def reset(self) -> None:
        """Stand at the beginning again."""
        lib.llama_sampler_reset(self.stage)


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
