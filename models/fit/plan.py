"""A whole team placed on a machine: what is resident, and what was given up for it.

Pure: files' blueprints, a demand and a machine in, a plan out. Memory that accelerators lack is
made up by the computer's own (`placing`). Where that is short too, in this order: keys and values
in Q8_0, a smaller context, the coordinator's model for everybody (if the context stays whole), one
model at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from models.catalogue.amount import as_gib
from models.engine_options import EngineOptions
from models.errors import ModelError
from models.fit.blueprint import Blueprint
from models.fit.buffers import Buffers
from models.fit.machine import Machine, with_spare
from models.fit.placement import Placement
from models.fit.placing import place
from models.fit.predict import kv_possible, predict
from models.fit.serving import Serving
from models.loading import KvType

LEAST_CONTEXT = 4096
"""Tokens below which a context is not made smaller."""
SPARE = 0.05
"""Of what is predicted, kept free beside it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model, and the roles that want it."""

    reference: str
    roles: tuple[str, ...]
    blueprint: Blueprint


@dataclass(frozen=True, slots=True)
class Demand:
    """What every model shall be able to do."""

    context: int
    """Tokens of one prompt and its answer."""
    concurrency: int = 3
    """Requests at a time, each of which may fill its context."""
    kv: KvType = "f16"
    """What keys and values are kept in."""
    flash: bool = True
    """Whether attention may be computed without its matrix; quantised values need that."""

    def serving(self, of: Blueprint, options: EngineOptions | None = None) -> Serving:
        """A context for all that: twice one's at least, as the engine has it by itself."""
        options, trained = options or EngineOptions(), of.dimensions.context
        context = min(self.context, trained or self.context)
        given = options.model_copy(
            update={
                "context_tokens": context,
                "cells": max(self.concurrency, 2) * context,
                "parallel": max(self.concurrency, options.parallel),
            }
        )
        serving = Serving.of(given, trained)
        return replace(serving, kv_type_k=self.kv, kv_type_v=self.kv, flash=self.flash)


@dataclass(frozen=True, slots=True)
class Placed:
    """A model in its place."""

    candidate: Candidate
    serving: Serving
    placement: Placement
    buffers: tuple[Buffers, ...]
    """Predicted: in memory, and after that on each accelerator."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A team in its place."""

    machine: Machine
    asked: Demand
    given: Demand
    placed: tuple[Placed, ...]
    shared: bool
    """Whether roles gave up their own models for the coordinator's."""
    swapping: bool
    """Whether only one model is in memory at a time."""
    spare: float

    @property
    def used(self) -> tuple[int, ...]:
        """Bytes set aside on each device, the spare included; memory is the first."""
        each = [[with_spare(one, self.spare) for one in placed.buffers] for placed in self.placed]
        together = max if self.swapping else sum
        return tuple(together(column) for column in zip(*each, strict=True))


def plan(
    candidates: Sequence[Candidate],
    demand: Demand,
    machine: Machine,
    spare: float = SPARE,
    *,
    swap: bool = False,
) -> Plan:
    """The plan that gives up least; the first candidate has the coordinator.

    With `swap` models take turns before roles give up their own. A ModelError with the smallest
    change that would help where none is possible.
    """
    for team, given, swapping in _attempts(candidates, demand, swap=swap):
        placed = _placed(team, given, machine, spare, swapping=swapping)
        if placed:
            shared = len(team) < len(candidates)
            return Plan(machine, demand, given, placed, shared, swapping, spare)
    raise _refusal(candidates, demand, machine, spare)


_Attempt = tuple[Sequence[Candidate], Demand, bool]
"""A team, what it is given, and whether its models take turns."""


def _attempts(candidates: Sequence[Candidate], demand: Demand, *, swap: bool) -> Iterator[_Attempt]:
    """What may be tried, that which gives up least first."""
    together = [_together(candidates)]
    own, shared = list(_demands(demand, candidates)), list(_demands(demand, together))
    yield from ((candidates, given, False) for given in own)
    if not swap:
        yield from ((together, given, False) for given in shared if given.context == demand.context)
    yield from ((candidates, given, True) for given in own)
    yield from ((together, given, False) for given in shared)


def _together(candidates: Sequence[Candidate]) -> Candidate:
    """The coordinator's model for every role."""
    roles = tuple(dict.fromkeys(role for one in candidates for role in one.roles))
    return replace(candidates[0], roles=roles)


def _demands(demand: Demand, team: Sequence[Candidate]) -> Iterator[Demand]:
    """What is asked for, and what is less than that, the most first."""
    yield demand
    if demand.kv in ("f32", "f16", "bf16") and demand.flash and _quantisable(team):
        demand = replace(demand, kv="q8_0")
        yield demand
    while demand.context > LEAST_CONTEXT:
        demand = replace(demand, context=max(demand.context // 2, LEAST_CONTEXT))
        yield demand


def _quantisable(team: Sequence[Candidate]) -> bool:
    return all(kv_possible(one.blueprint, "q8_0") for one in team)


def _placed(
    team: Sequence[Candidate], demand: Demand, machine: Machine, spare: float, *, swapping: bool
) -> tuple[Placed, ...] | None:
    """Every model in its place, those that come first in the best ones."""
    left, placed = machine, []
    for one in team:
        serving = demand.serving(one.blueprint)
        room = place(one.blueprint, serving, left, spare)
        if room is None:
            return None
        placed.append(Placed(one, serving, *room))
        left = left if swapping else left.without(room[1], spare)
    return tuple(placed)


def _refusal(
    candidates: Sequence[Candidate], demand: Demand, machine: Machine, spare: float
) -> ModelError:
    """Names the model that is too large even alone, and what would help."""
    least = list(_demands(demand, candidates))[-1]
    lacking = {
        one: _lacking(one, least, machine, spare)
        for one in candidates
        if not _placed([one], least, machine, spare, swapping=True)
    }
    large = max(lacking, key=lambda one: lacking[one])
    needs = sum(each.total for each in predict(large.blueprint, least.serving(large.blueprint)))
    fitting = [one.reference for one in candidates if one not in lacking]
    smaller = f"give it {fitting[0]}, which fits" if fitting else "give it a smaller model"
    return ModelError(
        f"{large.reference} ({', '.join(large.roles)}) does not fit even alone: it needs "
        f"{as_gib(needs)} for {least.context:,} tokens with keys and values in {least.kv}",
        f"{smaller}, or {as_gib(lacking[large])} more memory; what would fit: cadre models advise",
    )


def _lacking(one: Candidate, demand: Demand, machine: Machine, spare: float) -> int:
    """The least bytes of memory, to a MiB, with which the model would fit alone."""
    step, low = 1024**2, 0
    high = with_spare(predict(one.blueprint, demand.serving(one.blueprint))[0], spare) // step + 1
    while low + 1 < high:
        middle = (low + high) // 2
        more = replace(machine, ram=machine.ram + middle * step)
        if _placed([one], demand, more, spare, swapping=True):
            high = middle
        else:
            low = middle
    return high * step
