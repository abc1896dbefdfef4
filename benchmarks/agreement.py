"""Whether the engine says what llama-server says: greedy, on the same weights, all of them F32.

Two ways of computing the same sum round differently, so that two tokens which are as good as equal
may change places. A difference counts as one where the better token leads by more than that.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import unquantized
from benchmarks.asking import GREEDY
from benchmarks.bench import Bench
from benchmarks.claim import Asked, Claim
from benchmarks.server import complete, running
from models.engine import Engine
from models.llama import Token
from models.pieces import AnswerText
from models.request import Request

PROMPTS, NEW = 16, 48
LARGEST = 4 << 30
"""Bytes of F32 weights that are tried."""
ROUNDING = 1e-3
"""A lead in logits that rounding may turn."""


def claims(bench: Bench) -> Iterator[Claim]:
    """One claim, where there is a server."""
    if bench.peers is None:
        return
    if unquantized.size(bench.model) > LARGEST:
        print("agreement: the model is too large as F32", file=sys.stderr)
        return
    with TemporaryDirectory() as folder:
        exact = unquantized.write(bench.model, Path(folder) / "exact.gguf")
        equal = _compared(replace(bench, model=exact), bench.peers)
    work = f"answers of {NEW} tokens on F32 weights, equal but for leads under {ROUNDING:g}"
    figures = (float(sum(equal)),), (float(PROMPTS),)
    yield Claim(work, "llama-server's", *figures, "answers", Asked(least=1))


def _compared(bench: Bench, folder: Path) -> list[bool]:
    prompts = [bench.text(12 + 23 * n, start=70 * n) for n in range(PROMPTS)]
    with running(bench, folder) as url:
        theirs = [complete(url, NEW, prompt, n_probs=2) for prompt in prompts]
    with bench.engine(parallel=1) as engine:
        ours = [_said(engine, prompt) for prompt in prompts]
    return [_agree(said, answer) for said, answer in zip(ours, theirs, strict=True)]


def _said(engine: Engine, prompt: tuple[Token, ...]) -> str:
    stream = engine.submit(Request(prompt, GREEDY, max_tokens=NEW))
    return "".join(piece.text for piece in stream if isinstance(piece, AnswerText))


def _agree(said: str, answer: dict[str, Any]) -> bool:  # Any: the server's own JSON
    """Compared as text, since a stream carries no tokens; the server goes on where `said` ends."""
    known = ""
    for step in answer["completion_probabilities"]:
        if not said.startswith(known + step["token"]):
            return known.startswith(said) or _lead(step["top_logprobs"]) < ROUNDING
        known += step["token"]
    return True


def _lead(best: Sequence[dict[str, Any]]) -> float:
    first, second, *_ = (float(one["logprob"]) for one in best)
    return first - second
