"""A roster for a machine: which model each role should have there, and why.

Pure: a machine and what the roles want in, advice out. A role gets the model that it was designed
for; a larger one where that still writes quickly; a smaller one where memory or speed run out.
Roles share a file, which is loaded once, unless one of their own would write faster beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.catalogue.amount import as_gib
from models.catalogue.book import find
from models.catalogue.choice import Choice, ladder
from models.catalogue.entry import Quantisation
from models.catalogue.machine import Machine
from models.catalogue.room import Standing, pace_of, stand
from models.errors import ModelError

QUICK = 40.0
"""Tokens a second that a larger model than wanted must still write."""
SLOW = 6.0
"""Fewer tokens a second than this are too few to work with."""
FASTER = 1.2
"""A file of its own must write so many times faster than the shared one."""

_BETTER: tuple[Quantisation, ...] = ("Q8_0", "Q6_K", "Q5_K_M")


@dataclass(frozen=True, slots=True)
class Place:
    """A role, and the model that it was designed for."""

    role: str
    wanted: str


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The next choice up or down, and what it would need."""

    name: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Advised:
    """What one role should have."""

    role: str
    choice: Choice
    pace: float
    """Tokens a second, reckoned."""
    why: str
    larger: Neighbour | None
    smaller: Neighbour | None


@dataclass(frozen=True, slots=True)
class Advice:
    """A roster, and the files that it loads."""

    machine: Machine
    context: int
    roles: tuple[Advised, ...]
    """In the order in which they were asked for."""
    files: tuple[Standing, ...]

    @property
    def ram(self) -> int:
        """Bytes of the computer's memory in use."""
        return sum(one.ram for one in self.files)

    @property
    def vram(self) -> int:
        """Bytes on accelerators in use."""
        return sum(one.vram for one in self.files)


def advise(machine: Machine, places: Sequence[Place], context: int) -> Advice:
    """A roster for `machine`; a ModelError where not even the smallest model fits."""
    rungs = ladder(context)
    if not rungs:
        raise ModelError(f"no model holds {context:,} tokens of context", "the most is 262144")
    taken: dict[Choice, str] = {}
    given: dict[str, tuple[Choice, str]] = {}
    for place in sorted(places, key=lambda place: -rungs.index(_aim(rungs, place.wanted))):
        choice, why = _Asking(machine, rungs, context, taken).answer(place)
        given[place.role] = choice, why
        taken.setdefault(choice, place.role)
    better = _better(machine, list(taken), context)
    files = stand(machine, list(better.values()), context) or ()
    roles = tuple(
        _advised(place.role, better[choice], why, files, rungs, context)
        for place in places
        for choice, why in (given[place.role],)
    )
    return Advice(machine, context, roles, files)


@dataclass(frozen=True, slots=True)
class _Asking:
    """What can be given to the next role, after what others have been given."""

    machine: Machine
    rungs: Sequence[Choice]
    context: int
    taken: Mapping[Choice, str]
    """What is loaded already, and for which role first."""

    def answer(self, place: Place) -> tuple[Choice, str]:
        aim = _aim(self.rungs, place.wanted)
        if not self.taken:
            return self._first(aim, place)
        if aim in self.taken:
            return aim, f"{self._designed(aim, place)}, loaded for {self.taken[aim]} already"
        return self._beside(aim)

    def _first(self, aim: Choice, place: Place) -> tuple[Choice, str]:
        paces = self._paces()
        at = self.rungs.index(aim)
        for choice in reversed(self.rungs[at + 1 :]):
            if paces.get(choice, 0.0) >= QUICK:
                return choice, f"larger than {place.wanted}, and still quick"
        for choice in reversed(self.rungs[: at + 1]):
            if paces.get(choice, 0.0) >= SLOW:
                same = choice is aim
                return choice, self._designed(aim, place) if same else self._why_not(aim, paces)
        return max(paces, key=lambda choice: paces[choice]), "slow, and the quickest that fits"

    def _beside(self, aim: Choice) -> tuple[Choice, str]:
        """One that is loaded already, unless it is slow and an own one is not."""
        standing = stand(self.machine, list(self.taken), self.context) or ()
        shared = _shared(standing, list(self.taken), aim)
        pace, of = pace_of(standing, shared), self.taken[shared]
        if pace >= QUICK:
            return shared, f"shared with {of}, and quick"
        beside = stand(self.machine, [*self.taken, aim], self.context)
        if beside is None:
            return shared, f"shared with {of}: {aim.name} does not fit beside it"
        if pace_of(beside, aim) < FASTER * pace:
            return shared, f"shared with {of}: {aim.name} would be no faster"
        return aim, f"fits beside {shared.name}, and is faster"

    def _paces(self) -> dict[Choice, float]:
        """Of each choice that fits on its own."""
        paces = {
            choice: pace_of(standing, choice)
            for choice in self.rungs
            if (standing := stand(self.machine, [choice], self.context)) is not None
        }
        if not paces:
            raise _too_small(self.machine, self.rungs[0], self.context)
        return paces

    def _designed(self, aim: Choice, place: Place) -> str:
        if aim.entry.name.lower() == place.wanted.lower():
            return f"{place.role} was designed for it"
        return f"instead of {place.wanted}, which cannot hold {self.context:,} tokens"

    def _why_not(self, aim: Choice, paces: Mapping[Choice, float]) -> str:
        if aim in paces:
            return f"{aim.name} would write {paces[aim]:.0f} tokens a second"
        return f"{aim.name} does not fit: it needs {as_gib(aim.total(self.context))}"


def _shared(standing: Sequence[Standing], taken: Sequence[Choice], aim: Choice) -> Choice:
    """The quickest that is loaded and no smaller than the aim, or the first that was."""
    large = [one for one in taken if one.entry.parameters >= aim.entry.parameters]
    return max(large or taken[:1], key=lambda choice: pace_of(standing, choice))


def _better(machine: Machine, taken: Sequence[Choice], context: int) -> dict[Choice, Choice]:
    """Each choice in the best quantisation that is published, quick and moves no file."""
    best = {choice: choice for choice in taken}
    before = [one.where for one in stand(machine, taken, context) or ()]
    for choice in taken:
        for quantisation in _BETTER:
            tried = best | {choice: choice.quantised(quantisation)}
            standing = stand(machine, list(tried.values()), context)
            if (
                standing is not None
                and [one.where for one in standing] == before
                and pace_of(standing, tried[choice]) >= QUICK
                and _published(tried[choice])
            ):
                best = tried
                break
    return best


def _published(choice: Choice) -> bool:
    return all(
        any(build.quantisation == choice.quantisation for _, build in entry.builds)
        for entry in choice.entries
    )


def _advised(
    role: str,
    choice: Choice,
    why: str,
    files: Sequence[Standing],
    rungs: Sequence[Choice],
    context: int,
) -> Advised:
    at = [rung.name for rung in rungs].index(choice.name)
    larger = rungs[at + 1] if at + 1 < len(rungs) else None
    smaller = rungs[at - 1] if at else None
    pace = pace_of(files, choice)
    return Advised(
        role, choice, pace, why, _neighbour(larger, context), _neighbour(smaller, context)
    )


def _neighbour(choice: Choice | None, context: int) -> Neighbour | None:
    return Neighbour(choice.name, choice.total(context)) if choice else None


def _aim(rungs: Sequence[Choice], wanted: str) -> Choice:
    """The wanted model; where it cannot hold the context, the next larger one that can."""
    entry = find(wanted)
    same = (rung for rung in rungs if rung.entry.name == entry.name)
    larger = (rung for rung in rungs if rung.entry.parameters >= entry.parameters)
    return next(same, None) or next(larger, rungs[-1])


def _too_small(machine: Machine, smallest: Choice, context: int) -> ModelError:
    need, there = as_gib(smallest.total(context)), as_gib(max(machine.ram, machine.vram))
    return ModelError(
        f"not even {smallest.name} fits: it needs {need} for {context:,} tokens, "
        f"and {there} can be had",
        "close something, or ask for a shorter context: --context N",
    )
