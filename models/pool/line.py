"""Calls that wait for a model which cannot be had yet, in the order of their arrival."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Generic

from models.pool.shelf import E
from models.pool.wanted import Wanted

Heard = Callable[[int], None]
"""Hears a call's position in line, 1 for the next; from any thread, so be quick."""

PATIENCE = 16
"""So many calls for models that are there may pass one whose model is not."""


@dataclass(slots=True, eq=False)
class Ticket(Generic[E]):
    """One call's place in line."""

    wanted: Wanted
    pins: bool = False
    """Whether the model is wanted for good."""
    heard: Heard | None = None
    granted: Future[E] = field(default_factory=Future)
    given: bool = False
    """Whether it has a lease, which somebody must give back."""
    passed: int = 0
    """Calls that came later and went first."""
    position: int = 0
    """As it was told last; 0 where nothing was told."""


class Line(Generic[E]):
    """Those who wait. Not safe by itself: its owner holds a lock."""

    def __init__(self) -> None:
        self._waiting: list[Ticket[E]] = []
        self.delayed = 0
        """How many had to wait for something else than the load of their own model."""

    def __iter__(self) -> Iterator[Ticket[E]]:
        return iter(list(self._waiting))

    def __len__(self) -> int:
        return len(self._waiting)

    def join(self, ticket: Ticket[E]) -> None:
        """One more waits."""
        self._waiting.append(ticket)

    def leave(self, ticket: Ticket[E]) -> None:
        """One waits no longer."""
        if ticket in self._waiting:
            self._waiting.remove(ticket)

    def let_through(self, ticket: Ticket[E]) -> None:
        """One gets its model before all who stand in front of it."""
        for other in self._waiting[: self._waiting.index(ticket)]:
            other.passed += 1
        self.leave(ticket)

    def of(self, path: Path) -> list[Ticket[E]]:
        """Those who wait for that file."""
        return [ticket for ticket in self if ticket.wanted.path == path]

    def held_up(self, ticket: Ticket[E]) -> bool:
        """Whether somebody in front was passed so often that nobody passes any more."""
        front = self._waiting[: self._waiting.index(ticket)]
        return any(other.passed >= PATIENCE for other in front)

    def moved(self, loading: Path | None) -> Iterator[Callable[[], None]]:
        """What is to be told of new positions. Those whose file is being loaded are served next and
        hear nothing: loading has a progress of its own."""
        behind = [ticket for ticket in self._waiting if ticket.wanted.path != loading]
        for position, ticket in enumerate(behind, start=1):
            if ticket.position != position:
                self.delayed += not ticket.position
                ticket.position = position
                if ticket.heard is not None:
                    yield partial(ticket.heard, position)
