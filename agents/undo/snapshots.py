"""What a session changed in the work tree, and the way back.

Before the first write of a task the whole work tree is stored; around every write a journal tells
what the files were and became. An undo puts back the files that the session wrote, all or none,
and never over a change that somebody else made later.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from agents.change import Change
from agents.edits.folder import remove
from agents.edits.refused import Refused
from agents.edits.writing import write_all
from agents.tools.workplace import Workplace
from agents.undo import journal, refs, snapshot
from agents.undo.error import SnapshotError
from agents.undo.journal import Act, Entry, State, Step, same
from agents.undo.planning import Conflict, plan
from agents.undo.snapshot import Snapshot
from agents.undo.store import Store, open_store


@dataclass(frozen=True)
class Undo:
    """What an undo does or did."""

    restored: tuple[Change, ...]
    """The files that go back to what they were before the session."""
    conflicts: tuple[Conflict, ...]
    """Where there is one, nothing is undone."""
    done: bool = False


class Snapshots:
    """The snapshots and the journal of one session in one work tree.

    Every method raises SnapshotError where git cannot keep or give back what it must; what is
    already kept stays.
    """

    def __init__(self, workplace: Workplace, session: str) -> None:
        self.taken: dict[str, Snapshot] = {}
        """By task."""
        self._workplace = workplace
        self._session = refs.part(session)
        self._store: Store | None = None
        self._lock = asyncio.Lock()
        self._open: set[str] = set()
        self._before: dict[str, Snapshot] = {}

    async def take(self, task: str, changes: Sequence[Change] = ()) -> None:
        """To be called before a write. Stores the work tree, once a task, and notes the changes
        that are about to be made, with the files as they are (ignored ones too).
        """
        async with self._lock:
            store = await self._opened()
            if task not in self.taken:
                self.taken[task] = await self._kept(store, task)
            if changes:
                folders = self._missing_folders(changes)
                await self._note(store, Act.INTENDED, task, changes, folders)
                self._open.add(task)

    async def record(self, changes: Sequence[Change], task: str = "") -> None:
        """To be called after a write, also after one that failed, which changed nothing."""
        async with self._lock:
            if changes or task in self._open:
                await self._note(await self._opened(), Act.WRITTEN, task, changes)
                self._open.discard(task)

    async def begin_command(self, task: str) -> None:
        """To be called before a command that may write anywhere: stores the work tree anew."""
        async with self._lock:
            self._before[task] = await self._kept(await self._opened(), task, exact=True)

    async def end_command(self, task: str) -> tuple[str, ...]:
        """To be called after it: records what the work tree lost and gained meanwhile, files that
        git ignores aside; gives the names.
        """
        async with self._lock:
            store, before = await self._opened(), self._before.pop(task)
            after = await self._kept(store, task, exact=True)
            told = journal.histories(await store.entries(self._journal(store)))
            steps = [
                step
                for step in await store.differences(before.tree, after.tree)
                # What another task has written meanwhile is in the journal already.
                if step.path not in told or not same(told[step.path][-1].step.after, step.after)
            ]
            known = await store.folders(before.tree)
            folders = [f for step in steps if not step.before for f in _above(step.path)]
            if steps:
                await store.add(
                    self._journal(store),
                    Entry(
                        act=Act.WRITTEN,
                        task=task,
                        steps=tuple(map(self._with_modes, steps)),
                        folders=tuple(sorted({*folders} - known)),
                    ),
                )
            return tuple(step.path for step in steps)

    async def plan_undo(self) -> Undo:
        """What an undo would restore, and what stands in its way."""
        async with self._lock:
            store = await self._opened()
            planned = await plan(store, await store.entries(self._journal(store)))
            return Undo(planned.changes, planned.conflicts)

    async def undo(self) -> Undo:
        """Restore what the session changed, or nothing where there is a conflict."""
        async with self._lock:
            store = await self._opened()
            entries = await store.entries(self._journal(store))
            planned = await plan(store, entries)
            if planned.conflicts:
                return Undo(planned.changes, planned.conflicts)
            try:
                write_all(self._workplace, planned.writes)
            except Refused as refused:
                hint = "see that the disk has room and that nobody writes there, then try again"
                raise SnapshotError(f"nothing was undone: {refused}", hint) from refused
            if planned.writes:
                self._remove_folders(entries)
                await self._note(store, Act.UNDONE, "", planned.changes)
            return Undo(planned.changes, (), done=True)

    async def _kept(self, store: Store, task: str, *, exact: bool = False) -> Snapshot:
        ref = f"{self._prefix(store)}/task/{refs.part(task)}-{time.time_ns()}"
        return await snapshot.keep(store, ref, f"during {task}", exact=exact)

    async def _note(
        self,
        store: Store,
        act: Act,
        task: str,
        changes: Sequence[Change],
        folders: Sequence[str] = (),
    ) -> None:
        steps = tuple(self._step(store, change, act) for change in changes)
        entry = Entry(act=act, task=task, steps=steps, folders=tuple(folders))
        contents = (c for change in changes for c in (change.before, change.after))
        kept = dict.fromkeys(content for content in contents if content is not None)
        await store.add(self._journal(store), entry, list(kept))

    def _step(self, store: Store, change: Change, act: Act) -> Step:
        """The mode that the disk shows is that before an intention, and that after all else."""
        mode = self._mode(change.path)
        before = after = None
        if change.before is not None:
            known = mode if act is Act.INTENDED else None
            before = State(blob=store.id_of(change.before), mode=known)
        if change.after is not None:
            known = None if act is Act.INTENDED else mode
            after = State(blob=store.id_of(change.after), mode=known)
        return Step(path=change.path, before=before, after=after)

    def _with_modes(self, step: Step) -> Step:
        """With the modes of the disk: a tree knows only whether a file can be run."""
        mode = self._mode(step.path)
        if mode is None or step.after is None:
            return step
        after = step.after.model_copy(update={"mode": mode})
        before = step.before
        if before and before.mode:
            runs = mode | (mode & 0o444) >> 2 if before.mode & 0o100 else mode & ~0o111
            before = before.model_copy(update={"mode": runs})
        return Step(path=step.path, before=before, after=after)

    def _mode(self, path: str) -> int | None:
        try:
            return (self._workplace.root / path).lstat().st_mode & 0o7777
        except OSError:
            return None

    def _missing_folders(self, changes: Sequence[Change]) -> list[str]:
        """The folders that new files need, outermost first."""
        new = (change.path for change in changes if change.before is None)
        names = {folder for path in new for folder in _above(path)}
        return sorted(name for name in names if not (self._workplace.root / name).is_dir())

    def _remove_folders(self, entries: Sequence[Entry]) -> None:
        """Those that the session made, where they are empty."""
        for folder in sorted(journal.folders(entries), reverse=True):
            remove(self._workplace.root, PurePosixPath(folder).parts)

    async def _opened(self) -> Store:
        if self._store is None:
            self._store = await open_store(self._workplace)
        return self._store

    def _prefix(self, store: Store) -> str:
        return f"{refs.ROOT}/{self._session}/{store.tree}"

    def _journal(self, store: Store) -> str:
        return f"{self._prefix(store)}/journal"


def _above(path: str) -> list[str]:
    """The folders that a path lies in."""
    return [str(folder) for folder in list(PurePosixPath(path).parents)[:-1]]
