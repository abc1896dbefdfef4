"""Engines, lent to calls: each file is loaded once, and goes when its memory is needed.

    ask ──> line ──> [ make room ──> load ] ──> lease ──> leave
                      (one thread, one file at a time)

A model that is lent, or was handed out for good, never goes. Every change is made under one lock
and ends in `_turn`, which lets in whom it can, begins the next load, or prefetches. What others are
told, they are told after the lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Generic

from models.errors import ModelError
from models.pool.ahead import NEVER, Ahead
from models.pool.line import Heard, Line, Ticket
from models.pool.room import LEFT, Free, Room, Spare, room_of
from models.pool.shelf import E, Kept, Shelf
from models.pool.traffic import Traffic
from models.pool.wanted import Wanted


class Engines(Generic[E]):
    """The models in memory and the calls that want them. Safe from any thread."""

    def __init__(
        self,
        load: Callable[[Wanted, Spare], tuple[E, int]],
        *,
        memory_bytes: int | None,
        free: Free,
        leaves: Callable[[Kept[E]], None],
    ) -> None:
        """`load`: gives, in the loading thread, what it loaded and the bytes that takes. `leaves`
        hears of a model that was let go, before it is closed."""
        self.traffic = Traffic()
        self._load, self._leaves = load, leaves
        self._memory_bytes, self._free = memory_bytes, free
        self._room: Room | None = None
        self._lock = Lock()
        self._loader = ThreadPoolExecutor(1, thread_name_prefix="cadre-loader")
        self._shelf: Shelf[E] = Shelf()
        self._line: Line[E] = Line()
        self._ahead, self._coming = Ahead(), dict[Path, Wanted]()
        self._loading: Wanted | None = None
        self._closed = False
        self._news: list[Callable[[], None]] = []

    @property
    def room(self) -> Room:
        """Bytes for all models; what is free is measured once, before the first load."""
        if self._room is None:
            self._room = room_of(self._memory_bytes, self._free)
        return self._room

    def ask(self, wanted: Wanted, *, pins: bool = False, heard: Heard | None = None) -> Ticket[E]:
        """Stand in line for a model; ModelError where the pool is closed."""
        ticket: Ticket[E] = Ticket(wanted, pins, heard)
        with self._deciding():
            self.check_open()
            self._line.join(ticket)
        return ticket

    def leave(self, ticket: Ticket[E]) -> None:
        """Want it no more: out of the line, or the lease given back."""
        with self._deciding():
            if ticket.given:
                self._give_back(ticket.wanted.path)
                ticket.given = False
            else:
                ticket.granted.cancel()
                self._line.leave(ticket)

    def expect(self, waves: Sequence[Sequence[Wanted]]) -> None:
        """What comes next; where memory is short meanwhile, models that no wave names go now."""
        short = bool(self.kept()) and self._free() < self.room.reserve
        with self._deciding():
            self._ahead = Ahead([[wanted.path for wanted in wave] for wave in waves])
            self._coming = {wanted.path: wanted for wave in waves for wanted in wave}
            if short and not self._closed:
                for kept in self._shelf.idle(self._ahead, nearest=NEVER):
                    self._let_go(kept)
                    self._loader.submit(kept.engine.close)

    @property
    def shortage(self) -> float:
        """The part of the memory for models that is taken, 0 to 1, where it is short; else 0."""
        if not self.kept() or (free := self._free()) >= self.room.reserve:
            return 0.0
        return 1 - free / (self.room.reserve * LEFT)

    def check_open(self) -> None:
        """ModelError where the pool is closed."""
        if self._closed:
            raise ModelError("the models were closed")

    def kept(self) -> list[Kept[E]]:
        """The models in memory at this moment."""
        with self._lock:
            return list(self._shelf)

    def find(self, path: Path) -> Kept[E] | None:
        """The model of that file, where it is in memory."""
        with self._lock:
            return self._shelf.get(path)

    def waiting(self, path: Path) -> int:
        """Calls in line before one for that model."""
        with self._lock:
            there = self._shelf.get(path) is not None
            return len(self._line.of(path)) if there else len(self._line)

    def counts(self) -> Traffic:
        """A snapshot."""
        with self._lock:
            return replace(self.traffic)

    def close(self) -> None:
        """Fail those who wait, free every model. Closing twice is allowed."""
        with self._deciding():
            self._closed = True
            for ticket in self._line:
                self._refuse(ticket, ModelError("the models were closed"))
        self._loader.shutdown(wait=True)
        with self._lock:
            kept = list(self._shelf)
            for each in kept:
                self._shelf.take(each)
        for each in kept:
            each.engine.close()

    @contextmanager
    def _deciding(self) -> Iterator[None]:
        with self._lock:
            yield
            self._turn()
            self._news += self._line.moved(self._loading.path if self._loading else None)
            self.traffic.waits = self._line.delayed
            news, self._news = self._news, []
        for tell in news:
            tell()

    def _turn(self) -> None:
        """Let in whom a model that is there can serve, then begin one load if there is need."""
        for ticket in self._line:
            kept = self._shelf.get(ticket.wanted.path)
            if kept is not None and not self._line.held_up(ticket):
                self._grant(ticket, kept)
        if self._loading is not None or self._closed:
            return
        missing = [t for t in self._line if self._shelf.get(t.wanted.path) is None]
        if missing:
            self._make_room(missing[0].wanted)
        elif not len(self._line):
            self._prefetch()

    def _grant(self, ticket: Ticket[E], kept: Kept[E]) -> None:
        self._line.let_through(ticket)
        if not ticket.granted.set_running_or_notify_cancel():
            return
        self.traffic.prefetch_hits += kept.unasked
        kept.unasked = False
        self._shelf.lend(kept)
        if ticket.pins:
            kept.pinned, kept.leases = True, kept.leases - 1
        ticket.given = not ticket.pins
        self._news.append(partial(ticket.granted.set_result, kept.engine))

    def _refuse(self, ticket: Ticket[E], error: BaseException) -> None:
        self._line.leave(ticket)
        if ticket.granted.set_running_or_notify_cancel():
            self._news.append(partial(ticket.granted.set_exception, error))

    def _give_back(self, path: Path) -> None:
        kept = self._shelf.get(path)
        if kept is not None:  # else the pool was closed meanwhile
            kept.leases -= 1

    def _make_room(self, wanted: Wanted) -> None:
        """Begin to load what is asked for, unless others must give something up before."""
        victims = self._shelf.victims(self._excess(wanted), self._ahead)
        if victims is not None:
            self._begin(wanted, victims)
        elif not any(kept.leases for kept in self._shelf):
            # Nobody gives anything back: it must do alone, with less context or past the limit.
            self._begin(wanted, self._shelf.idle(self._ahead))

    def _excess(self, wanted: Wanted) -> int:
        return self._shelf.used + wanted.need - self.room.limit

    def _prefetch(self) -> None:
        """Load what the plan needs next. For what begins now, models that are needed later go; for
        what comes later, only those that nobody needs: the plan means to keep the others."""
        missing = (path for path in self._ahead.paths() if self._shelf.get(path) is None)
        path = next((path for path in missing if path in self._coming), None)
        if path is None:
            return
        wanted, nearest = self._coming[path], NEVER if self._ahead.distance(path) else 1
        victims = self._shelf.victims(self._excess(wanted), self._ahead, nearest)
        if victims is not None:
            self._begin(wanted, victims, unasked=True)

    def _begin(self, wanted: Wanted, victims: Sequence[Kept[E]], *, unasked: bool = False) -> None:
        for kept in victims:
            self._let_go(kept)
        self.traffic.swaps += bool(victims)
        self.traffic.prefetches += unasked
        self._loading = wanted
        self._loader.submit(self._run, wanted, victims, unasked)

    def _let_go(self, kept: Kept[E]) -> None:
        """It is lent no more; who calls this closes it."""
        self._shelf.take(kept)
        self._leaves(kept)
        self.traffic.evictions += 1

    def _run(self, wanted: Wanted, victims: Sequence[Kept[E]], unasked: bool) -> None:
        """The loading thread: free, load, tell."""
        for kept in victims:
            kept.engine.close()
        loaded: Kept[E] | BaseException
        try:
            engine, need = self._load(wanted, self._spare(wanted, unasked=unasked))
            loaded = Kept(wanted.path, engine, need, unasked=unasked)
        except BaseException as error:  # noqa: BLE001 - the thread's edge: told to all who asked
            loaded = error
        with self._deciding():
            self._loading = None
            if isinstance(loaded, Kept):
                self.traffic.loads += 1
                self._shelf.put(loaded)
            else:
                self._failed(wanted, loaded, unasked=unasked)

    def _failed(self, wanted: Wanted, error: BaseException, *, unasked: bool) -> None:
        """Tell those who asked; a prefetch that failed is tried again only when somebody asks."""
        self._coming.pop(wanted.path, None)
        for ticket in self._line.of(wanted.path):
            if not unasked:
                self._refuse(ticket, error)

    def _spare(self, wanted: Wanted, *, unasked: bool) -> Spare:
        """What there is for a model, once idle ones have gone where memory is short. Nobody goes
        for one that was not asked for: a ModelError ends it."""
        self.check_open()
        while (free := self._free()) < wanted.need:
            if unasked:
                raise ModelError("memory is too short to fetch a model ahead")
            with self._lock:
                victims = self._shelf.idle(self._ahead)[:1]
                for kept in victims:
                    self._let_go(kept)
            if not victims:
                break
            victims[0].engine.close()
        with self._lock:
            most = self.room.limit - self._shelf.used if self.room.firm else None
        return Spare(free, most)
