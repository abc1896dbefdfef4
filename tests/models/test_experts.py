"""The experts that a mixture of experts chooses are counted by layer and lane."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from models.experts import ExpertCounts, ExpertUsage
from models.llama import Batch, Context, Sampler, Tap, Token, Weights, stage
from models.llama import chosen as chosen_experts
from models.loading import Loading
from tests.models.tiny import WIDTH, random_weights, write_tiny
from tests.models.tiny_next import write_tiny_next

FOLLOW = {"Hello": " world", " world": "!", "!": "Hello", "": "\n"}
PROMPTS = (
    "def add(left, right):\n    return left + right",
    "kubectl get pods",
    "The pipeline failed twice; why?",
)
pytestmark = pytest.mark.usefixtures("each_reader")

COMPILED = chosen_experts.compiled
LAYERS, USED = 2, 2
"""Of the tiny mixture of experts; it has four."""


@pytest.fixture(scope="module")
def following_file(tiny_folder: Path) -> Path:
    return write_tiny(tiny_folder / "follow_experts.gguf", experts=4, follow=FOLLOW)


@pytest.fixture(scope="module")
def next_file(tiny_folder: Path) -> Path:
    return write_tiny_next(tiny_folder / "next_experts.gguf")


@contextmanager
def tapped(path: Path, tap: type[Tap] | None = Tap) -> Iterator[tuple[Weights, Context, Tap]]:
    """A model, a context on it, and its tap; without a `tap`, one that no context calls."""
    weights = Weights(path)
    made = (tap or Tap)(weights)
    sizes = {"cells": 256, "lanes": 4, "batch": 64, "threads": 1}
    context = Context(weights, **sizes, loading=Loading(), tap=made if tap else None)
    try:
        yield weights, context, made
    finally:
        context.close()
        weights.close()


def decode(context: Context, *parts: tuple[int, Sequence[Token], int, bool]) -> int:
    """One batch of lane, tokens, position and whether to sample; the last part's output."""
    batch = Batch(64)
    outputs = [batch.add(lane, part, at, sample=sample) for lane, part, at, sample in parts]
    context.decode(batch)
    return outputs[-1]


def chosen(tokens: Sequence[Token], states: Sequence[Token], layer: int) -> tuple[int, ...]:
    """Counts by NumPy where the residual is the embedding, one unit vector a state."""
    embeddings = np.eye(WIDTH)[[states.index(t) + 1 if t in states else 0 for t in tokens]]
    normed = embeddings / np.sqrt(np.mean(embeddings**2, axis=1, keepdims=True) + 1e-6)
    router = random_weights(experts=4)[f"blk.{layer}.ffn_gate_inp.weight"]
    top = np.argsort(-(normed @ router.T), axis=1)[:, :USED]
    return tuple(int(count) for count in np.bincount(top.ravel(), minlength=4))


def test_the_counts_are_those_of_the_router_by_numpy(following_file: Path) -> None:
    with tapped(following_file) as (weights, context, tap):
        tokens = weights.tokenize("Hello world! Hello!", special=False)
        states = [weights.tokenize(state, special=False)[0] for state in FOLLOW if state]
        decode(context, (0, tokens, 0, True))
        counts = tap.take(0)
    assert counts.layers[0] == chosen(tokens, states, layer=0)
    # llama.cpp computes the last layer only for tokens whose logits are wanted.
    assert counts.layers[1] == chosen(tokens[-1:], states, layer=1)


def test_generated_tokens_are_counted_once_a_layer_and_expert_used(qwen3moe_file: Path) -> None:
    with tapped(qwen3moe_file) as (_, context, tap):
        for position, token in enumerate((5, 6, 7, 8)):
            decode(context, (2, [token], position, True))
        assert tap.snapshot().total == 4 * USED * LAYERS


def test_a_chunk_that_wants_no_logits_is_counted_in_all_layers_but_the_last(
    qwen3moe_file: Path,
) -> None:
    with tapped(qwen3moe_file) as (_, context, tap):
        decode(context, (0, range(10, 22), 0, False))
        assert [sum(row) for row in tap.take(0).layers] == [12 * USED, 0]


@pytest.mark.parametrize("fixture", ["qwen3moe_file", "next_file"])
def test_each_lane_of_a_mixed_batch_chooses_as_it_does_alone(
    fixture: str, request: pytest.FixtureRequest
) -> None:
    path = request.getfixturevalue(fixture)
    with tapped(path) as (weights, context, tap):
        first, second, third = (weights.tokenize(text, special=False) for text in PROMPTS)
        decode(
            context,
            (0, first[:1], 0, False),
            (2, third[:-1], 0, False),
            (1, second, 0, True),
            (0, first[1:], 1, True),
            (2, third[-1:], len(third) - 1, True),
        )
        together = [tap.take(lane) for lane in range(3)]
        for lane in range(3):
            context.drop(lane)
        alone = []
        for tokens in (first, second, third):
            decode(context, (3, tokens, 0, True))
            alone.append(tap.take(3))
            context.drop(3)
    assert together == alone
    assert len(set(alone)) == 3


def test_a_lane_begins_anew_when_it_is_taken_and_the_snapshot_keeps_all(
    qwen3moe_file: Path,
) -> None:
    with tapped(qwen3moe_file) as (_, context, tap):
        decode(context, (0, [5], 0, True), (1, [6], 0, True))
        first = tap.take(0)
        assert tap.take(0) == ExpertCounts()
        decode(context, (0, [7], 1, True))
        assert tap.snapshot() == first + tap.take(0) + tap.take(1) == tap.snapshot()
        assert first.total == USED * LAYERS


def test_a_context_without_a_tap_and_a_model_without_experts_call_nothing(
    qwen3_file: Path, qwen3moe_file: Path
) -> None:
    with tapped(qwen3moe_file, tap=None) as (_, context, unused):
        decode(context, (0, [5, 6], 0, True))
        assert unused.snapshot() == ExpertCounts()
    with tapped(qwen3_file) as (_, context, tap):
        decode(context, (0, [5, 6], 0, True))
        assert not tap.on
        assert tap.snapshot() == ExpertCounts()


class ForgetfulTap(Tap):
    def begin(self, batch: Batch) -> None:
        """Forget it, so that every tensor comes as a surprise."""


def test_a_tap_that_fails_ends_the_counting_and_not_the_decode(
    qwen3moe_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tokens = []
    caplog.set_level(logging.ERROR, "cadre.llama")
    for tap in (None, Tap, ForgetfulTap):
        with tapped(qwen3moe_file, tap=tap) as (_, context, made):
            output = decode(context, (0, range(10, 22), 0, True))
            sampler = Sampler([stage("greedy")])
            tokens.append(sampler.sample(context, output))
            sampler.close()
    assert tokens == [tokens[0]] * 3
    assert not made.on
    assert made.snapshot() == ExpertCounts()
    assert [record.message for record in caplog.records] == ["experts are counted no more"]


@pytest.mark.parametrize("compiler", ["false", "no-such-compiler"])
def test_without_a_working_compiler_python_reads(
    compiler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", compiler)
    if compiler != "false":
        monkeypatch.setenv("PATH", "/nowhere")
    assert COMPILED.__wrapped__() is None
    monkeypatch.setattr(chosen_experts, "compiled", lambda: None)
    assert isinstance(chosen_experts.reader(), chosen_experts.PythonReader)


COUNTS = ExpertCounts(((4, 0, 2, 2), (2, 2, 2, 2), (0, 0, 0, 0)))


def test_counts_say_how_evenly_a_layer_uses_its_experts() -> None:
    assert COUNTS.total == 16
    assert COUNTS.shares(0) == (0.5, 0.0, 0.25, 0.25)
    assert [COUNTS.coverage(layer) for layer in range(3)] == [0.75, 1.0, 0.0]
    assert [COUNTS.balance(layer) for layer in range(3)] == pytest.approx([0.75, 1.0, 0.0])
    assert COUNTS.most_used(0, 2) == (0, 2)
    assert COUNTS.least_used(0, 3) == (1, 2, 3)


def test_counts_add_up_and_only_those_of_one_shape() -> None:
    assert (COUNTS + COUNTS).layers == ((8, 0, 4, 4), (4, 4, 4, 4), (0, 0, 0, 0))
    assert sum([COUNTS], ExpertCounts()) == COUNTS == COUNTS + ExpertCounts()
    with pytest.raises(ValueError, match="shorter"):
        _ = COUNTS + ExpertCounts(((1, 1), (1, 1), (1, 1)))


def test_usage_merges_what_bears_the_same_label() -> None:
    usage = ExpertUsage({"planner": COUNTS}) + ExpertUsage({"planner": COUNTS, "reviewer": COUNTS})
    assert usage.by_label == {"planner": COUNTS + COUNTS, "reviewer": COUNTS}
    assert usage.counts == COUNTS + COUNTS + COUNTS
