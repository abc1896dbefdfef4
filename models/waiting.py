"""Requests that wait for the engine: by priority, then by arrival."""

from __future__ import annotations

import heapq
from itertools import count
from threading import Condition

from models.sequence import Sequence


class Waiting:
    """A queue between any thread and the engine's."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Sequence]] = []
        self._arrivals = count()
        self._changed = Condition()
        self._closed: BaseException | None = None

    @property
    def closed(self) -> bool:
        """Whether nothing comes any more."""
        return self._closed is not None

    def __len__(self) -> int:
        return len(self._heap)

    def put(self, sequence: Sequence) -> None:
        """Let it wait; raises what the queue was closed with."""
        with self._changed:
            if self._closed is not None:
                raise self._closed
            entry = (sequence.request.priority, next(self._arrivals), sequence)
            heapq.heappush(self._heap, entry)
            self._changed.notify()

    def take(self, *, wait: bool) -> Sequence | None:
        """The next one, or None where there is none (with `wait`: where the queue is closed)."""
        with self._changed:
            if wait:
                self._changed.wait_for(lambda: self._heap or self._closed)
            return heapq.heappop(self._heap)[2] if self._heap and not self._closed else None

    def close(self, error: BaseException) -> list[Sequence]:
        """Refuse all that come from now on, with `error`; returns those that waited."""
        with self._changed:
            self._closed = self._closed or error
            left, self._heap = [entry[2] for entry in self._heap], []
            self._changed.notify_all()
            return left
