"""A tiny Qwen3-Next is one to llama.cpp, and as exact as the tests of the engine need it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.llama import Batch, Context, Sampler, Token, Weights, stage
from models.loading import Loading
from tests.models.tiny import write_tiny
from tests.models.tiny_next import write_tiny_next

PROMPT = "git status shows nothing to commit"


@pytest.fixture(scope="module")
def weights(tiny_folder: Path) -> Iterator[Weights]:
    weights = Weights(write_tiny_next(tiny_folder / "qwen3next.gguf"))
    yield weights
    weights.close()


@pytest.fixture
def context(weights: Weights) -> Iterator[Context]:
    context = Context(weights, cells=256, lanes=4, batch=64, threads=1, loading=Loading())
    yield context
    context.close()


def continued(context: Context, lane: int, prompt: list[Token], *, at_once: int) -> list[Token]:
    """Twelve greedy tokens after a prompt that is decoded in steps of `at_once`."""
    batch, sampler, tokens = Batch(64), Sampler([stage("greedy")]), list(prompt)
    done = 0
    while len(tokens) < len(prompt) + 12:
        batch.clear()
        part = tokens[done : done + at_once]
        output = batch.add(lane, part, done, sample=True)
        context.decode(batch)
        done += len(part)
        if done == len(tokens):
            tokens.append(sampler.sample(context, output))
    sampler.close()
    return tokens[len(prompt) :]


def test_llama_cpp_sees_a_hybrid_model(weights: Weights) -> None:
    assert weights.recurrent
    assert weights.metadata("general.architecture") == "qwen3next"


def test_a_prompt_in_one_go_and_token_by_token_goes_on_alike(
    weights: Weights, context: Context
) -> None:
    prompt = weights.tokenize(PROMPT, special=False)
    assert continued(context, 0, prompt, at_once=64) == continued(context, 1, prompt, at_once=1)


def test_what_stands_far_before_matters_and_no_token_is_all_it_says(
    weights: Weights, context: Context
) -> None:
    there, then = (weights.tokenize(word + PROMPT, special=False) for word in ("There ", "Then "))
    first = continued(context, 0, there, at_once=64)
    assert there[-4:] == then[-4:]
    assert first != continued(context, 1, then, at_once=64)
    assert len(set(first)) > 6


def test_exact_stores_the_large_matrices_at_twice_the_size(tiny_folder: Path) -> None:
    small = write_tiny(tiny_folder / "halved.gguf").stat().st_size
    exact = write_tiny(tiny_folder / "exact.gguf", exact=True).stat().st_size
    assert exact - small == 2 * 151_936 * 32 * 2
