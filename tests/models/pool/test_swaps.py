"""The order with the fewest loads, against every order there is."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.pool import Job, fewest

MODELS = ("A", "B", "C", "D")


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[Job], dict[str, int], list[str], int]:
    """At most five jobs on four models, sizes, what is in memory and the room."""
    sizes = {model: draw(st.integers(1, 3)) for model in MODELS}
    room = draw(st.integers(3, 7))
    jobs: list[Job] = []
    for n in range(draw(st.integers(0, 5))):
        models = draw(st.lists(st.sampled_from(MODELS), min_size=0, max_size=1))
        needs = draw(st.sets(st.sampled_from([job.id for job in jobs]), max_size=2)) if jobs else ()
        jobs.append(Job(f"j{n}", tuple(models), tuple(sorted(needs))))
    there: list[str] = []
    for model in draw(st.permutations(MODELS)):
        if sum(sizes[m] for m in (*there, model)) <= room:
            there.append(model)
    return jobs, sizes, there[: draw(st.integers(0, 4))], room


def least_loads(
    jobs: Sequence[Job], sizes: Mapping[str, int], there: frozenset[str], room: int
) -> int:
    """By trying every next job and everything that may stay beside its model."""
    if not jobs:
        return 0
    ids = {job.id for job in jobs}
    best = 1000
    for job in (job for job in jobs if not ids & set(job.needs)):
        rest = [other for other in jobs if other is not job]
        for memory in around(job, sizes, there, room):
            loads = len(set(job.models) - there)
            best = min(best, loads + least_loads(rest, sizes, memory, room))
    return best


def around(
    job: Job, sizes: Mapping[str, int], there: frozenset[str], room: int
) -> Iterator[frozenset[str]]:
    own = frozenset(job.models)
    if own <= there:
        yield there
        return
    others = sorted(there - own)
    for size in range(len(others) + 1):
        for some in combinations(others, size):
            memory = own | set(some)
            if sum(sizes[model] for model in memory) <= room:
                yield memory


@given(plans())
@settings(max_examples=60, deadline=None)
def test_no_order_loads_fewer(plan: tuple[list[Job], dict[str, int], list[str], int]) -> None:
    jobs, sizes, there, room = plan
    swaps = fewest(jobs, sizes, there, room)
    assert swaps.loads == least_loads(jobs, sizes, frozenset(there), room)
    done = [job for step in swaps.steps for job in step.jobs]
    assert sorted(job.id for job in done) == [job.id for job in jobs]
    for at, job in enumerate(done):
        assert set(job.needs) <= {earlier.id for earlier in done[:at]}
    for step in swaps.steps:
        assert sum(sizes[model] for model in step.resident) <= room
        assert all(model in step.resident for job in step.jobs for model in job.models)
    assert bool(swaps.now) == bool(jobs)
    assert not any(job.needs for job in jobs if job.id in swaps.now)
    begun = {model for job in jobs if job.id in swaps.now for model in job.models}
    assert sum(sizes[model] for model in begun) <= room


def test_with_room_for_all_everything_that_is_ready_begins_at_once() -> None:
    jobs = [Job("a", ("A",)), Job("b", ("B",)), Job("c", ("C",), ("a",))]
    swaps = fewest(jobs, dict.fromkeys("ABC", 1), [], 3)
    assert (swaps.loads, set(swaps.now)) == (3, {"a", "b"})


def test_jobs_of_the_model_that_is_there_go_first() -> None:
    jobs = [Job("a", ("A",)), Job("b", ("B",)), Job("a2", ("A",)), Job("b2", ("B",))]
    swaps = fewest(jobs, dict.fromkeys("AB", 1), ["B"], 1)
    assert (swaps.loads, swaps.now, swaps.waves) == (1, ("b", "b2"), (("B",), ("A",)))


def test_what_is_needed_last_stays_while_others_take_turns() -> None:
    jobs = [Job("a", ("A",)), Job("b", ("B",)), Job("end", ("C",), ("a", "b"))]
    swaps = fewest(jobs, dict.fromkeys("ABC", 1), ["C"], 2)
    assert (swaps.loads, swaps.now) == (2, ("a",))
    assert all("C" in step.resident for step in swaps.steps)


def test_a_model_that_is_larger_than_the_room_gets_all_of_it() -> None:
    swaps = fewest([Job("a", ("A",)), Job("b", ("B",))], {"A": 9, "B": 1}, ["B"], 2)
    assert [sorted(step.resident) for step in swaps.steps] == [["B"], ["A"]]


def test_models_without_a_size_cost_nothing() -> None:
    jobs = [Job("a", ("scripted",)), Job("b", ("other",), ("a",))]
    swaps = fewest(jobs, {}, [], 0)
    assert (swaps.loads, swaps.now, swaps.waves) == (0, ("a",), ())


def test_jobs_that_wait_for_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="ring"):
        fewest([Job("a", (), ("b",)), Job("b", (), ("a",))], {}, [], 1)


def test_a_dozen_tasks_on_six_models_are_ordered_at_once() -> None:
    jobs = [Job(f"t{n}", (f"M{n % 6}",), (f"t{n - 3}",) if n > 2 else ()) for n in range(12)]
    sizes = {f"M{n}": 1 + n % 3 for n in range(6)}
    assert fewest(jobs, sizes, [], 4).loads <= 12
