"""Requests that wait for the engine: by priority, then by arrival, and none for ever."""

from __future__ import annotations

from threading import Condition

from models.errors import GenerationError
from models.sequence import Sequence

_OLDEST_EVERY = 16
"""Of so many admissions, one is the oldest that waits, whatever its priority."""


class Waiting:
    """A queue between any thread and the engine's."""

    def __init__(self, most: int) -> None:
        """`most`: requests that may wait at a time."""
        self._most = most
        self._waiting: list[Sequence] = []
        self._taken = 0
        self._arrivals = 0
        self._changed = Condition()
        self._closed: BaseException | None = None

    @property
    def turn_of_the_oldest(self) -> bool:
        """Whether the next one is the oldest, whatever its priority."""
        return self._taken % _OLDEST_EVERY == _OLDEST_EVERY - 1

    @property
    def closed(self) -> bool:
        """Whether nothing comes any more."""
        return self._closed is not None

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, sequence: Sequence) -> None:
        """Let it wait; raises what the queue was closed with, or that it is full."""
        with self._changed:
            if self._closed is not None:
                raise self._closed
            if len(self._waiting) >= self._most:
                raise GenerationError(
                    f"{len(self._waiting)} requests wait for this model already",
                    "wait for some to end, or allow a longer queue",
                )
            self._arrivals += 1
            sequence.arrival = self._arrivals
            self._waiting.append(sequence)
            self._changed.notify()

    def put_back(self, sequence: Sequence) -> None:
        """Let one wait again, at its old place."""
        with self._changed:
            self._waiting.append(sequence)

    def first(self) -> Sequence | None:
        """The next one, which stays until `remove`."""
        with self._changed:
            if not self._waiting:
                return None
            if self.turn_of_the_oldest:
                return min(self._waiting, key=lambda sequence: sequence.arrival)
            return min(self._waiting, key=lambda sequence: sequence.rank)

    def remove(self, sequence: Sequence) -> None:
        """It waits no longer."""
        with self._changed:
            self._waiting.remove(sequence)
            self._taken += 1

    def cancelled(self) -> list[Sequence]:
        """Take out those that nobody wants any more."""
        with self._changed:
            gone = [sequence for sequence in self._waiting if sequence.stream.cancelled]
            # Not asked again: a reader may have given up since.
            self._waiting = [sequence for sequence in self._waiting if sequence not in gone]
            return gone

    def wait(self) -> None:
        """Sleep until something waits or the queue is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)

    def close(self, error: BaseException) -> list[Sequence]:
        """Refuse all that come from now on, with `error`; returns those that waited."""
        with self._changed:
            self._closed = self._closed or error
            left, self._waiting = self._waiting, []
            self._changed.notify_all()
            return left
