"""What a session did to files, as its journal tells it, and what follows for an undo. Pure.

An intention is noted before a write and the write after it, so that a process that is killed in
between leaves an intention that may or may not have come true; the file itself then tells.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from agents.word import Word


class State(Word):
    """A file at some time."""

    blob: str
    """The id of its content."""
    mode: int | None = None
    """Its permission bits, where they are known."""


class Step(Word):
    """One file before and after a write; None where there was none."""

    path: str
    before: State | None
    after: State | None


class Act(StrEnum):
    """What an entry tells."""

    INTENDED = "intended"
    WRITTEN = "written"
    UNDONE = "undone"


class Entry(Word):
    """One entry of the journal."""

    act: Act
    task: str
    """The task that wrote; empty for an undo."""
    steps: tuple[Step, ...]
    folders: tuple[str, ...] = ()
    """Folders that the write had to make, outermost first."""


@dataclass(frozen=True)
class Noted:
    """A step of the journal."""

    step: Step
    task: str
    sure: bool
    """Whether it is known to have happened."""
    entry: int
    """The number of its entry."""


@dataclass(frozen=True)
class Trace:
    """What a session's steps on one path come to."""

    base: State | None
    """The file before the first of them."""
    left: State | None
    """The file after the last of them."""
    gap: tuple[State | None, State | None] | None = None
    """Two states between which somebody else changed the file, before a later step."""


def histories(entries: Iterable[Entry]) -> dict[str, list[Noted]]:
    """The steps of each path since the last undo, oldest first."""
    noted: list[Noted] = []
    for number, entry in enumerate(entries):
        match entry.act:
            case Act.UNDONE:
                noted = []
            case Act.INTENDED:
                noted += [Noted(step, entry.task, False, number) for step in entry.steps]
            case Act.WRITTEN:
                intended = _last_intention(noted, entry.task)
                noted = [each for each in noted if each not in intended]
                steps = _with_modes(entry.steps, intended)
                noted += [Noted(step, entry.task, True, number) for step in steps]
    kept: dict[str, list[Noted]] = {}
    for each in noted:
        kept.setdefault(each.step.path, []).append(each)
    return kept


def _last_intention(noted: Sequence[Noted], task: str) -> list[Noted]:
    open_ = [each for each in noted if each.task == task and not each.sure]
    return [each for each in open_ if each.entry == open_[-1].entry]


def _with_modes(steps: Sequence[Step], intended: Sequence[Noted]) -> list[Step]:
    """The steps; the modes before them are known from before they were made."""
    before = {each.step.path: each.step.before for each in intended}
    return [
        step.model_copy(update={"before": known})
        if (known := before.get(step.path)) and same(known, step.before)
        else step
        for step in steps
    ]


def trace(history: Sequence[Noted], now: State | None) -> Trace:
    """What the steps come to, with the file as it is now telling of an intention left open."""
    first, last = history[0], history[0]
    gap = None
    for each in history[1:]:
        before = each.step.before
        follows = same(before, last.step.after) or same(before, first.step.before)
        if not follows and not (not last.sure and same(before, last.step.before)):
            gap = gap or (last.step.after, before)
        last = each
    left = last.step.after
    if not last.sure and same(now, last.step.before):
        left = last.step.before
    return Trace(first.step.before, left, gap)


def same(one: State | None, other: State | None) -> bool:
    """Whether the contents are equal."""
    return (one and one.blob) == (other and other.blob)


def folders(entries: Iterable[Entry]) -> tuple[str, ...]:
    """The folders made since the last undo."""
    made: list[str] = []
    for entry in entries:
        made = [] if entry.act is Act.UNDONE else [*made, *entry.folders]
    return tuple(dict.fromkeys(made))
