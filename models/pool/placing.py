"""A team's models placed together: which layers and experts go to which accelerator.

What `cadre models fit` says is what a run does. Where the settings say themselves where weights go,
and where there is no accelerator, nothing is placed: llama.cpp's own defaults hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from models.engine_options import EngineOptions
from models.errors import ModelError
from models.fit import Candidate, Demand, Machine, Placed, Plan, blueprint, plan
from models.loading import Loading
from models.reference import Source, parse_reference, path_of

_OURS = ("gpu_layers", "cpu_expert_layers", "devices", "tensor_split", "split", "main_gpu")
"""Of a loading, what is left to the plan where nobody has set it."""


@dataclass(frozen=True, slots=True)
class TeamModels:
    """Models that are to be placed together."""

    references: tuple[str, ...] = ()
    """The coordinator's first, since those that come first get the best places."""
    concurrency: int = 3
    """Requests at a time, each of which may fill its context."""


@dataclass(frozen=True, slots=True)
class Place:
    """How one model is loaded, and the bytes that it takes then."""

    options: EngineOptions
    need: int


class Placing:
    """The places of a team's models, reckoned once, when the first of them is wanted."""

    def __init__(
        self,
        team: TeamModels,
        options: EngineOptions,
        tell: Callable[[str], None],
        machine: Callable[[], Machine] | None = None,
    ) -> None:
        """`tell` hears where no place was found. `machine` says what is free."""
        self._team, self._options, self._tell = team, options, tell
        self._machine = machine or this_machine
        self._lock = Lock()
        self._places: Mapping[Path, Place] | None = None
        self._known: Mapping[Path, Candidate] = {}

    def of(self, path: Path) -> Place | None:
        """Where the file has its place; None: llama.cpp decides."""
        with self._lock:
            if self._places is None:
                self._places = self._reckoned()
            return self._places.get(path)

    def anew(self, path: Path) -> Place | None:
        """Another place for the file alone, as memory is now; None where no plan placed it."""
        with self._lock:
            if not self._places or path not in self._places:
                return None
            candidates = {p: c for p, c in self._known.items() if p == path}
            place = self._planned(candidates).get(path)
            if place is not None:
                self._places = {**self._places, path: place}
            return place

    def _reckoned(self) -> Mapping[Path, Place]:
        chosen = self._options.loading.model_fields_set
        if not chosen.isdisjoint(_OURS) or not self._options.loading.offload_kv:
            return {}
        self._known = _candidates(self._team.references)
        return self._planned(self._known) if self._known else {}

    def _planned(self, candidates: Mapping[Path, Candidate]) -> Mapping[Path, Place]:
        machine = self._machine()
        if not machine.accelerators:
            return {}
        try:
            found = plan(list(candidates.values()), self._demand(), machine, swap=True)
        except ModelError as error:
            self._tell(f"{error.message}; llama.cpp places it ({error.hint})")
            return {}
        placed = {one.candidate.reference: one for one in found.placed}
        return {
            path: place_of(placed[one.reference], found, self._options)
            for path, one in candidates.items()
        }

    def _demand(self) -> Demand:
        loading = self._options.loading
        return Demand(
            self._options.context_tokens,
            self._team.concurrency,
            loading.kv_type_k,
            loading.flash_attention is not False,
        )


def place_of(placed: Placed, found: Plan, options: EngineOptions) -> Place:
    """Its part of the plan in the engine's own words."""
    where, serving = placed.placement, placed.serving
    used = where.devices if where.gpu_layers else ()
    loading: dict[str, object] = {
        "gpu_layers": where.gpu_layers,
        "cpu_expert_layers": where.cpu_expert_layers,
        "devices": tuple(found.machine.accelerators[at].name for at in used),
        "tensor_split": tuple(map(float, where.shares)) if len(used) > 1 else (),
    }
    if found.given.kv != found.asked.kv:
        loading |= {"kv_type_k": serving.kv_type_k, "kv_type_v": serving.kv_type_v}
    chosen = {
        "context_tokens": found.given.context,
        "cells": serving.cells,
        "loading": Loading.model_validate(options.loading.model_dump() | loading),
    }
    return Place(options.model_copy(update=chosen), sum(one.total for one in placed.buffers))


def this_machine() -> Machine:
    """What is free now; a Mac's accelerator has its memory out of the computer's own."""
    from models.catalogue import free_memory  # late, since they bring the catalogue and llama.cpp
    from models.llama.devices import accelerators

    return Machine.with_cards(
        free_memory(),
        [(device.name, device.free) for device in accelerators() if device.kind == "gpu"],
    )


def _candidates(references: Sequence[str]) -> dict[Path, Candidate]:
    """Each file once; what cannot be loaded is told by whoever loads it."""
    found: dict[Path, Candidate] = {}
    for text in references:
        reference = parse_reference(text)
        if reference.source in {Source.SCRIPTED, Source.ENDPOINT}:
            continue
        try:
            path = path_of(reference)
            key = path.resolve()
            if key not in found:
                found[key] = Candidate(text, (), blueprint(path))
        except ModelError:
            continue
    return found
