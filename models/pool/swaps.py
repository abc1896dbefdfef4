"""The order of work that loads models the fewest times: pure, by search.

Jobs wait for the jobs that they need. A job whose models are in memory is done at once, which
costs nothing and can only help; else its models are loaded, and as few others as possible go. A*
over what is done and what is in memory: each load costs one, and each model that is still needed
and is not there costs one at least.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import combinations, count

Model = str
Ids = frozenset[str]

_MOST = 5_000
"""Looks after which the search goes on greedily; plans of a dozen tasks end long before."""


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work, as far as models care."""

    id: str
    models: tuple[Model, ...]
    """All that it calls; they should be in memory together."""
    needs: tuple[str, ...] = ()
    """Jobs that must be done before."""


@dataclass(frozen=True, slots=True)
class Step:
    """One load, and what can be done then."""

    resident: frozenset[Model]
    """What is in memory after it."""
    jobs: tuple[Job, ...]
    """In an order in which they can be done."""


@dataclass(frozen=True, slots=True)
class Swaps:
    """An order of jobs."""

    loads: int
    """Models that are loaded on the way."""
    steps: tuple[Step, ...]
    """The first needs no load; it may have no jobs."""

    @property
    def now(self) -> tuple[str, ...]:
        """The jobs to begin now, side by side: those that wait for none and whose models are in
        memory together. By model, the first to be loaded first."""
        begun: list[Job] = []
        for step in self.steps:
            if any(model not in step.resident for job in begun for model in job.models):
                break
            begun += [job for job in step.jobs if not job.needs]
        return tuple(job.id for job in begun)

    @property
    def waves(self) -> tuple[tuple[Model, ...], ...]:
        """The models of what begins now, then those of each step after it."""
        now = set(self.now)
        jobs = [job for step in self.steps for job in step.jobs]
        later = [tuple(j for j in step.jobs if j.id not in now) for step in self.steps]
        waves = [[job for job in jobs if job.id in now], *later]
        named = (tuple(dict.fromkeys(m for job in wave for m in job.models)) for wave in waves)
        return tuple(models for models in named if models)


@dataclass(frozen=True, slots=True)
class _State:
    left: tuple[Job, ...]
    resident: frozenset[Model]

    @property
    def key(self) -> tuple[Ids, frozenset[Model]]:
        return frozenset(job.id for job in self.left), self.resident

    @property
    def missing(self) -> int:
        """Loads that cannot be saved."""
        return len({model for job in self.left for model in job.models} - self.resident)


def fewest(
    jobs: Sequence[Job], sizes: Mapping[Model, int], resident: Collection[Model], room: int
) -> Swaps:
    """The order with the fewest loads. `sizes`: bytes of each model; one without is always there.
    `room`: bytes for all; a job whose models are larger gets all of it. Needs that no job has are
    met; a ring of needs is a ValueError."""
    ours = [replace(job, models=tuple(m for m in job.models if m in sizes)) for job in jobs]
    ids = {job.id for job in ours}
    ours = [replace(job, needs=tuple(n for n in job.needs if n in ids)) for job in ours]
    state, done = _done(_State(tuple(ours), frozenset(resident)))
    first = Step(state.resident, done)
    tie, seen = count(), set[tuple[Ids, frozenset[Model]]]()
    open_: list[tuple[int, int, int, _State, int, tuple[Step, ...]]] = []
    heappush(open_, (state.missing, 0, next(tie), state, 0, (first,)))
    while open_:
        _, _, _, state, loads, steps = heappop(open_)
        if not state.left:
            return Swaps(loads, steps)
        if state.key in seen:
            continue
        seen.add(state.key)
        eager = len(seen) > _MOST
        for after, step, cost in _loads(state, sizes, room):
            total = loads + cost
            rank = len(after.left) if eager else total + after.missing
            heappush(open_, (rank, len(after.left), next(tie), after, total, (*steps, step)))
    raise ValueError("the jobs wait for each other in a ring")


def _done(state: _State) -> tuple[_State, tuple[Job, ...]]:
    """What is left when everything is done that needs no load, and what that is."""
    left, done = list(state.left), list[Job]()
    while free := next((job for job in left if _ready(job, left) and _there(job, state)), None):
        left.remove(free)
        done.append(free)
    return _State(tuple(left), state.resident), tuple(done)


def _ready(job: Job, left: Sequence[Job]) -> bool:
    return not any(other.id in job.needs for other in left)


def _there(job: Job, state: _State) -> bool:
    return all(model in state.resident for model in job.models)


def _loads(
    state: _State, sizes: Mapping[Model, int], room: int
) -> Iterator[tuple[_State, Step, int]]:
    """Every way to get the models of a job that is ready."""
    ready = (frozenset(job.models) for job in state.left if _ready(job, state.left))
    for wanted in dict.fromkeys(ready):
        for kept in _kept(state.resident - wanted, room - _bytes(wanted, sizes), sizes):
            after, done = _done(_State(state.left, wanted | kept))
            yield after, Step(wanted | kept, done), len(wanted - state.resident)


def _kept(
    others: frozenset[Model], room: int, sizes: Mapping[Model, int]
) -> Iterator[frozenset[Model]]:
    """What may stay beside them: every choice to which nothing can be added."""
    found: list[frozenset[Model]] = []
    for size in range(len(others), -1, -1):
        for some in map(frozenset, combinations(sorted(others), size)):
            if (not some or _bytes(some, sizes) <= room) and not any(some < f for f in found):
                found.append(some)
                yield some


def _bytes(models: Collection[Model], sizes: Mapping[Model, int]) -> int:
    return sum(sizes[model] for model in models)
