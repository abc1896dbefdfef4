"""What an undo would write: of each file that a session changed the state before, or a conflict."""

from collections.abc import Sequence
from dataclasses import dataclass

from agents.change import Change
from agents.edits.original import Original, look
from agents.edits.refused import Refused
from agents.edits.writing import Write
from agents.undo import journal
from agents.undo.journal import Entry, Noted, State, Trace
from agents.undo.snapshot import LARGE
from agents.undo.store import Store


@dataclass(frozen=True)
class Conflict:
    """A file that is not as the session left it."""

    path: str
    reason: str
    change: Change
    """From what the session left to what is there now: somebody's later change."""


@dataclass(frozen=True)
class Plan:
    """What an undo would do; nothing where there is a conflict."""

    writes: tuple[Write, ...]
    conflicts: tuple[Conflict, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """The writes as a person sees them."""
        return tuple(Change(w.original.name, w.original.content, w.after) for w in self.writes)


async def plan(store: Store, entries: Sequence[Entry]) -> Plan:
    """The way back from what the entries tell, with the files as they are now."""
    writes: list[Write] = []
    conflicts: list[Conflict] = []
    for path, history in sorted(journal.histories(entries).items()):
        match await _way_back(store, path, history):
            case Conflict() as conflict:
                conflicts.append(conflict)
            case Write() as write:
                writes.append(write)
    return Plan(tuple(writes), tuple(conflicts))


async def _way_back(store: Store, path: str, history: Sequence[Noted]) -> Write | Conflict | None:
    """None where the file already is as it was."""
    try:
        original = look(store.workplace, path, LARGE)
    except Refused as refused:
        return Conflict(path, str(refused), Change(path, None, None))
    now = None
    if original.content is not None:
        now = State(blob=store.id_of(original.content), mode=original.mode)
    trace = journal.trace(history, now)
    if reason := _conflict(trace, now):
        return Conflict(path, reason, await _later(store, trace, original))
    mode = _mode(trace, now)
    if journal.same(trace.base, now) and mode is None:
        return None
    return Write(original, await _content(store, trace.base), mode)


def _conflict(trace: Trace, now: State | None) -> str | None:
    """Why the file cannot be put back; None where it can."""
    if journal.same(trace.base, now):
        return None
    if trace.gap is not None:
        return "it was changed by somebody else between two writes of the session"
    if journal.same(trace.left, now):
        return None
    if now is None:
        return "it was removed after the session wrote it"
    return "it was changed after the session wrote it"


def _mode(trace: Trace, now: State | None) -> int | None:
    """The mode to give back; None where the session left it alone, or somebody else did not."""
    if trace.base is None or trace.base.mode is None:
        return None
    if now is None or trace.left is None:
        return trace.base.mode if now is None else None
    changed = trace.left.mode is not None and trace.left.mode != trace.base.mode
    return trace.base.mode if changed and now.mode == trace.left.mode else None


async def _later(store: Store, trace: Trace, original: Original) -> Change:
    """What somebody else changed."""
    if trace.gap is None:
        return Change(original.name, await _content(store, trace.left), original.content)
    before, after = trace.gap
    return Change(original.name, await _content(store, before), await _content(store, after))


async def _content(store: Store, state: State | None) -> bytes | None:
    return None if state is None else await store.content(state.blob)
