"""Figures out of what the engine told, with a clock that the test sets."""

import pytest

from models.engine_events import Stepped
from models.rates import spread_of
from models.rates.sample import Step, decode_rate, sample_of
from models.usage import Usage


def step(at: float, sequences: int, *, prefilled: int = 0) -> Step:
    generated = sequences - 1 if prefilled else sequences
    return Step(at, Stepped(sequences, prefilled, generated, used_cells=0, seconds=0.0))


def test_decoding_is_timed_while_all_decode_and_nothing_else_runs() -> None:
    steps = [
        step(0.0, 1, prefilled=512),
        step(1.0, 2, prefilled=512),
        *(step(1.5 + n / 10, 2) for n in range(5)),
        *(step(9.0 + n, 1) for n in range(2)),
    ]
    assert decode_rate(steps, 2) == pytest.approx(8 / 0.4)
    assert decode_rate(steps, 1) == pytest.approx(1 / 1.0)


def test_the_longest_stretch_counts() -> None:
    early = [step(n / 100, 2) for n in range(2)]
    late = [step(10 + n, 2) for n in range(4)]
    assert decode_rate([*early, step(5.0, 3, prefilled=9), *late], 2) == pytest.approx(2.0)


@pytest.mark.parametrize("steps", [[], [step(1.0, 2)], [step(1.0, 2), step(1.0, 2)]])
def test_without_two_steps_there_is_no_rate(steps: list[Step]) -> None:
    assert decode_rate(steps, 2) is None


def test_prefill_ends_with_the_last_first_token() -> None:
    usages = [Usage(prompt_tokens=300, first_token_seconds=s) for s in (1.0, 3.0)]
    sample = sample_of(usages, [], bandwidth=5.0)
    assert (sample.concurrency, sample.prefill, sample.decode) == (2, 200.0, None)
    assert sample.first_token_seconds == (1.0, 3.0)


def test_a_spread_has_the_middle_and_both_ends() -> None:
    spread = spread_of([3.0, 1.0, 8.0])
    assert spread is not None
    assert (spread.median, spread.lowest, spread.highest) == (3.0, 1.0, 8.0)
    assert spread_of([]) is None
