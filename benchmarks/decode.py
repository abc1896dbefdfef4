"""Decode alone: what the engine adds to `llama_decode` and a sampler."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from benchmarks.asking import ask, decode_rate, request
from benchmarks.bench import Bench
from benchmarks.claim import Asked, Claim
from benchmarks.turns import in_turn
from models.llama import Token

PROMPT = 16
NEW = {1: 96, 8: 48}
"""New tokens of each sequence, by the number of sequences."""


def claims(bench: Bench) -> Iterator[Claim]:
    """One claim for each number of sequences."""
    for sequences in NEW:
        works = (partial(engine, bench, sequences), partial(_loop, bench, sequences))
        ours, bare = in_turn(2 * bench.rounds, *works)
        work = f"decode, {sequences} {'sequence' if sequences == 1 else 'sequences'}"
        yield Claim(work, "a bare `llama_decode` loop", ours, bare, "tokens/s", Asked(least=0.97))


def engine(bench: Bench, sequences: int) -> float:
    """Tokens a second of all sequences, each after its first token."""
    prompts = _prompts(bench, sequences)
    with bench.engine(parallel=sequences) as engine:
        # The prompts are known before it counts, so that all sequences begin to decode together.
        ask(engine, [request(prompt, tokens=1) for prompt in prompts])
        answers = ask(engine, [request(prompt, tokens=NEW[sequences]) for prompt in prompts])
    return sum(map(decode_rate, answers))


def _loop(bench: Bench, sequences: int) -> float:
    with bench.raw(lanes=sequences) as raw:
        first = [raw.prefill(prompt, n) for n, prompt in enumerate(_prompts(bench, sequences))]
        steps = NEW[sequences] - 1
        return sequences * steps / raw.decode(first, [PROMPT] * sequences, steps)


def _prompts(bench: Bench, sequences: int) -> list[tuple[Token, ...]]:
    return [bench.text(PROMPT, start=100 * n + 50) for n in range(sequences)]
