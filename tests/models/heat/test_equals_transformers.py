"""What is counted out of llama.cpp is what transformers chooses, by a file that it has written."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from models.engine import Engine
from models.llama import Batch, Context, Tap, Weights
from models.loading import Loading
from models.pieces import Done
from models.request import Request
from models.sampling import Sampling
from tests.models.conftest import Loader
from tests.models.tiny import write_tiny

WRITTEN: dict[str, Any] = json.loads(  # Any: JSON
    (Path(__file__).parents[2] / "data" / "experts" / "qwen3moe.json").read_text()
)
EXPERTS, USED, CASES = WRITTEN["experts"], WRITTEN["used"], WRITTEN["cases"]
GREEDY = Sampling(temperature=0, top_p=1, top_k=0, min_p=0)
LOADING = Loading(kv_type_k="f32", kv_type_v="f32", flash_attention=False)
"""As precise as transformers: keys in F16, or flash attention, change a choice that is close."""


@pytest.fixture(scope="module")
def exact_file(tiny_folder: Path) -> Path:
    """All of it F32, as transformers had it."""
    return write_tiny(tiny_folder / "experts_exact.gguf", experts=EXPERTS, exact=True)


@pytest.fixture(scope="module")
def counting(exact_file: Path, load: Loader) -> Engine:
    return load(exact_file, tap_experts=True, parallel=1, kept_prefixes=0, loading=LOADING)


def counted(chosen: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """How often each expert stands in the choices of some tokens."""
    found = Counter(expert for of_token in chosen for expert in of_token)
    return tuple(found[expert] for expert in range(EXPERTS))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{len(case['prompt'])} tokens")
def test_the_engine_counts_what_transformers_chose(case: dict[str, Any], counting: Engine) -> None:
    prompt, answer = case["prompt"], case["answer"]
    label = f"prompt-{len(prompt)}"
    asked = Request(tuple(prompt), GREEDY, max_tokens=len(answer), label=label)
    done = list(counting.submit(asked))[-1]
    assert isinstance(done, Done)
    assert done.usage.answer_tokens == len(answer)
    first, last = case["chosen"]
    # llama.cpp computes the last layer only for tokens whose logits are wanted.
    wanted = counted(first), counted(last[len(prompt) - 1 :])
    assert counting.experts().by_label[label].layers == wanted


@pytest.mark.usefixtures("each_reader")
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{len(case['prompt'])} tokens")
def test_each_token_alone_chooses_as_in_transformers(
    case: dict[str, Any], exact_file: Path
) -> None:
    tokens = [*case["prompt"], *case["answer"][:-1]]
    weights = Weights(exact_file)
    tap = Tap(weights)
    sizes = {"cells": 256, "lanes": 1, "batch": 64, "threads": 1}
    context, batch = Context(weights, **sizes, loading=LOADING, tap=tap), Batch(64)
    try:
        for position, token in enumerate(tokens):
            batch.clear()
            batch.add(0, [token], position, sample=True)
            context.decode(batch)
            counts = tap.take(0)
            at = [counted([layer[position]]) for layer in case["chosen"]]
            assert counts.layers == tuple(at), f"token {position}"
    finally:
        context.close()
        weights.close()
