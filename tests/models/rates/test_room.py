"""Work that a model, or this machine, cannot do is refused before anything is loaded."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import ModelError, UsageError
from models.inspection import Inspection, inspect
from models.loading import Loading
from models.rates import Work
from models.rates.room import check_memory, check_work
from models.rates.work import BATCH
from tests.models.inspection.shapes import qwen3_06b, write_shape

A_TOKEN = 114_688
"""Bytes of its keys and values in F16."""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Inspection:
    shape = qwen3_06b(64)
    return inspect(str(write_shape(tmp_path_factory.mktemp("room") / "m.gguf", shape)))


def test_more_than_the_context_is_refused_with_what_fits(model: Inspection) -> None:
    check_work(Work(prompt=40_896, new=64, concurrency=(1,)), model)
    with pytest.raises(UsageError, match="a context of 40,960") as refused:
        check_work(Work(prompt=40_897, new=64, concurrency=(1,)), model)
    assert refused.value.hint == "such as: --prompt 40896 --new 64"
    with pytest.raises(UsageError) as refused:
        check_work(Work(prompt=1, new=50_000, concurrency=(1,)), model)
    assert refused.value.hint == "such as: --prompt 64 --new 40896"


def test_answers_that_end_before_all_decode_are_refused(model: Inspection) -> None:
    with pytest.raises(UsageError, match="never decode together") as refused:
        check_work(Work(prompt=4096, new=16, concurrency=(1, 8)), model)
    least = int(refused.value.hint.removeprefix("--new ").split(",")[0])
    check_work(Work(prompt=4096, new=least, concurrency=(1, 8)), model)


@settings(deadline=None)
@given(
    prompt=st.integers(1, 5000),
    most=st.integers(1, 64),
    late=st.integers(0, 1),
)
def test_the_least_answer_leaves_steps_in_which_all_decode(
    prompt: int, most: int, late: int
) -> None:
    """The engine's own order: those that generate first, then prompts, a batch at a time."""
    waiting, answered = [prompt] * most, [0] * most
    new, full = Work(prompt=prompt, concurrency=(most,)).least_new, 0
    known = 1 if late else most  # where the first request is computed before the others arrive
    while all(done < new for done in answered):
        full += not any(waiting)
        room = BATCH - sum(left == 0 for left in waiting)
        for at in range(most):
            if not waiting[at]:
                answered[at] += 1
            elif at < known:
                taken = min(waiting[at], room)
                waiting[at], room = waiting[at] - taken, room - taken
                answered[at] += not waiting[at]
        known = most
    assert full >= 2


def test_what_does_not_fit_in_memory_is_told_with_both_sizes(model: Inspection) -> None:
    work = Work(prompt=936, new=64, concurrency=(1, 4))
    needed = model.tensor_bytes + 4 * 1000 * A_TOKEN
    check_memory(work, model, Loading(), free=needed)
    with pytest.raises(ModelError, match=r"with 4 requests at once, and .* are free") as caught:
        check_memory(work, model, Loading(), free=needed - 1)
    assert "cadre models list --fits" in caught.value.hint
