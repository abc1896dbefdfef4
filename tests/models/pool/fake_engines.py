"""Engines that cost nothing, for tests of who gets memory when."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Event, Lock

from models.engine_options import EngineOptions
from models.pool.engines import Engines
from models.pool.line import Ticket
from models.pool.room import Spare
from models.pool.wanted import Wanted

SOON = 20.0
"""Seconds after which something that should happen has not."""


class FakeEngine:
    """Notes that it is used, and whether it was closed meanwhile."""

    def __init__(self, loads: FakeLoads, wanted: Wanted) -> None:
        self.name, self.need = wanted.path.name, wanted.need
        self.users = 0
        self.closed_in_use = False
        self._loads = loads

    def close(self) -> None:
        self.closed_in_use = self.users > 0
        self._loads.closed(self)


class FakeLoads:
    """Loads engines when it may, and keeps the books of the memory that they take."""

    def __init__(self) -> None:
        self.loaded: list[str] = []
        self.gone: list[str] = []
        self.most = 0
        """Bytes that were taken at one time, at most."""
        self.engines: list[FakeEngine] = []
        self.failing: set[str] = set()
        self.begun, self.may = Event(), Event()
        self.may.set()
        self._taken = 0
        self._lock = Lock()

    def __call__(self, wanted: Wanted, spare: Spare) -> tuple[FakeEngine, int]:
        self.begun.set()
        assert self.may.wait(SOON)
        if wanted.path.name in self.failing:
            raise RuntimeError(f"{wanted.path.name} cannot be loaded")
        with self._lock:
            self._taken += wanted.need
            self.most = max(self.most, self._taken)
        self.loaded.append(wanted.path.name)
        self.engines.append(FakeEngine(self, wanted))
        return self.engines[-1], wanted.need

    def closed(self, engine: FakeEngine) -> None:
        with self._lock:
            self._taken -= engine.need
        self.gone.append(engine.name)


def wanted(name: str, need: int = 1) -> Wanted:
    return Wanted(Path(name), Path(name), EngineOptions(), need)


def waves(*names: str) -> list[list[Wanted]]:
    """One wave a text, one model a letter."""
    return [[wanted(name) for name in wave] for wave in names]


def lent(engines: Engines[FakeEngine], name: str, need: int = 1) -> Ticket[FakeEngine]:
    """A lease, waited for."""
    ticket = engines.ask(wanted(name, need))
    ticket.granted.result(SOON)
    return ticket


def used(engines: Engines[FakeEngine], names: Sequence[str]) -> None:
    """One after the other."""
    for name in names:
        engines.leave(lent(engines, name))
