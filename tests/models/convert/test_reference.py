"""A converted checkpoint computes in llama.cpp what transformers computes, in F32.

Logits and choices of experts are stored; see `scripts/make_reference.py`.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from models.convert import OutType, convert
from models.llama import Batch, Context, Tap, Weights
from models.loading import Loading
from tests.models.convert.checkpoints import CASES, DATA, VOCABULARY
from tests.models.convert.conftest import Written

EXACT = Loading(kv_type_k="f32", kv_type_v="f32", flash_attention=False)
COMPUTED = [case.name for case in CASES.values() if case.runs]
TOLERANCE = 1e-4

Choices = dict[tuple[int, int], list[int]]
"""By layer and token, the experts, the likeliest first."""


def computed(path: Path, tokens: Sequence[int], at_once: int) -> tuple[list[np.ndarray], Choices]:
    """The logits after each part of `at_once` tokens, and the experts of every token that a layer
    computed: the last layer leaves out those whose logits nobody wants."""
    choices: Choices = {}
    seen: dict[int, int] = {}

    def notice(_: int, layer: int, experts: Sequence[int]) -> None:
        choices[layer, seen.get(layer, 0)] = list(experts)
        seen[layer] = seen.get(layer, 0) + 1

    weights = Weights(path)
    tap = Tap(weights, notice)
    sizes = {"cells": 64, "lanes": 1, "batch": 32, "threads": 1}
    context = Context(weights, **sizes, loading=EXACT, tap=tap)
    batch, logits = Batch(32), []
    for begin in range(0, len(tokens), at_once):
        batch.clear()
        output = batch.add(0, tokens[begin : begin + at_once], begin, sample=True)
        context.decode(batch)
        logits.append(context.logits(output, VOCABULARY).copy())
    context.close()
    weights.close()
    return logits, choices


@pytest.fixture(scope="module", params=COMPUTED)
def model(
    request: pytest.FixtureRequest, checkpoint: Written, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, np.ndarray]]:
    """The GGUF, and what transformers computed."""
    path = tmp_path_factory.mktemp("reference") / "model.gguf"
    convert(checkpoint(request.param), path, type=OutType.F32)
    with np.load(DATA / f"{request.param}.npz") as file:
        return path, dict(file)


def test_logits_and_experts_are_those_of_transformers_at_every_token(
    model: tuple[Path, dict[str, np.ndarray]],
) -> None:
    path, expected = model
    logits, choices = computed(path, expected["tokens"].tolist(), at_once=1)
    np.testing.assert_allclose(logits, expected["logits"], rtol=0, atol=TOLERANCE)
    experts = expected.get("experts", np.empty((0, 0, 0)))
    assert choices == {
        (layer, token): row.tolist()
        for layer, rows in enumerate(experts)
        for token, row in enumerate(rows)
    }


def test_a_prompt_in_one_go_gives_the_same_last_logits_and_the_same_experts(
    model: tuple[Path, dict[str, np.ndarray]],
) -> None:
    path, expected = model
    tokens = expected["tokens"].tolist()
    logits, choices = computed(path, tokens, at_once=len(tokens))
    np.testing.assert_allclose(logits[0], expected["logits"][-1], rtol=0, atol=TOLERANCE)
    for layer, rows in enumerate(expected.get("experts", ())):
        told = [experts for (of, _), experts in choices.items() if of == layer]
        assert told == rows[-len(told) :].tolist()
        assert len(told) in (1, len(tokens))


def test_the_stored_numbers_could_not_be_met_by_chance(
    model: tuple[Path, dict[str, np.ndarray]],
) -> None:
    _, expected = model
    assert np.abs(expected["logits"]).mean() > 0.1
    assert len(set(expected["logits"].argmax(axis=1).tolist())) > 4
    for rows in expected.get("experts", ()):
        assert len({tuple(row) for row in rows.tolist()}) > 4
