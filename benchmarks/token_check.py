"""What a grammar asks of each token that it accepts, with Qwen3's vocabulary of 151,936."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from agents.planner import PLAN_SCHEMA
from benchmarks.bench import Bench
from benchmarks.claim import Asked, Claim
from benchmarks.turns import in_turn
from models.grammar import schema_grammar
from models.llama import Grammar, Weights
from models.vocabulary import Vocabulary
from tests.models.tiny import write_tiny

PLAN = {
    "tasks": [
        {
            "id": "t1",
            "role": "testing",
            "goal": "Run the tests and explain what fails",
            "needs": [],
            "complexity": "medium",
        },
        {
            "id": "t2",
            "role": "documentation",
            "goal": "Check what the README says about tests/unit and the build",
            "needs": ["t1"],
            "complexity": "low",
        },
    ]
}
PROMPT, STEPS = 16, 64


def claims(bench: Bench) -> Iterator[Claim]:
    """One claim, in milliseconds."""
    with TemporaryDirectory() as folder:
        path = write_tiny(Path(folder) / "tiny.gguf")
        with closing(Weights(path)) as weights:
            works = (partial(_check, weights), partial(_step, bench))
            check, step = in_turn(bench.rounds, *works)
    work = f"grammar check of an accepted token, {weights.tokens:,} in the vocabulary"
    against = f"one decode step of {bench.model.stem}"
    yield Claim(work, against, check, step, "ms", Asked(most=0.03))


def _check(weights: Weights) -> float:
    """The mean over a plan's tokens, of which the grammar must accept every one."""
    tokens = Vocabulary(weights).plain(json.dumps(PLAN))
    grammar = Grammar(weights, schema_grammar(PLAN_SCHEMA))
    with closing(grammar):
        began = time.perf_counter()
        for token in tokens:
            if not grammar.allows(token):
                raise RuntimeError(f"the grammar refuses token {token} of its own plan")
            grammar.accept(token)
        return 1000 * (time.perf_counter() - began) / len(tokens)


def _step(bench: Bench) -> float:
    with bench.raw(lanes=1) as raw:
        first = raw.prefill(bench.text(PROMPT, start=0))
        return 1000 * raw.decode([first], [PROMPT], STEPS) / STEPS
