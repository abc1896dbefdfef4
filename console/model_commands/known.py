"""One line of `cadre models list`: a model of the catalogue, seen from this machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from agents.roster import Member
from models.catalogue import Build, Entry, Gguf, named_in, need_of
from models.errors import UsageError

CONTEXT = 32_768
"""Tokens of context that `fits` counts with, or the model's own where that is less."""


class Kept(Protocol):
    """A model on disk, as `models.hub` lists it."""

    @property
    def reference(self) -> str: ...

    @property
    def bytes(self) -> int: ...


@dataclass(frozen=True)
class Known:
    """A model, what it would cost here, and who uses it."""

    entry: Entry
    usual: tuple[Gguf, Build]
    """The build that a pull fetches."""
    needs: int
    """Bytes in memory of that build, with `CONTEXT` tokens."""
    fits: bool
    on_disk: tuple[Kept, ...]
    used_by: tuple[str, ...]
    designed_for: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """Which models are wanted; None and False leave all."""

    family: str | None = None
    moe: bool | None = None
    thinking: str | None = None
    fits: bool = False

    def admits(self, known: Known) -> bool:
        """Whether that model is among them."""
        entry = known.entry
        named = {entry.series.lower(), entry.family.lower()}
        return (
            (self.family is None or self.family.lower() in named)
            and (self.moe is None or entry.moe is self.moe)
            and (self.thinking is None or entry.thinking == self.thinking)
            and (known.fits or not self.fits)
        )


def known_models(
    entries: Iterable[Entry], members: Sequence[Member], kept: Sequence[Kept], free: int
) -> list[Known]:
    """Each entry with what this machine and this roster say of it."""
    return [_known(entry, members, kept, free) for entry in entries]


def check_family(family: str | None, entries: Sequence[Entry], *others: str) -> None:
    """A UsageError where no model is of that family."""
    series = dict.fromkeys(entry.series for entry in entries)
    names = {name.lower() for entry in entries for name in (entry.series, entry.family)}
    if family is not None and family.lower() not in {*names, *others}:
        raise UsageError(
            f"there is no family {family!r}", f"one of {', '.join([*series, *others])}"
        )


def _known(entry: Entry, members: Sequence[Member], kept: Sequence[Kept], free: int) -> Known:
    gguf, build = next(entry.builds)
    needs = need_of(entry, min(CONTEXT, entry.context), build.quantisation).total
    return Known(
        entry,
        (gguf, build),
        needs,
        needs <= free,
        tuple(one for one in kept if named_in(one.reference) is entry),
        tuple(m.role.value for m in members if any(named_in(r) is entry for r in m.models)),
        tuple(m.role.value for m in members if m.wanted == entry.name),
    )
