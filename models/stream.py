"""The answer of one request on its way from the engine's thread to whoever asked.

Read it with `for` or `async for`, from any thread or event loop, once. Closing it early cancels.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from threading import Condition

from models.pieces import Done, Piece


class Stream:
    """A queue of pieces that ends with `Done` or with an error."""

    def __init__(self) -> None:
        self._pieces: deque[Piece] = deque()
        self._changed = Condition()
        self._wake: Callable[[], object] | None = None
        self._error: BaseException | None = None
        self._ended = False
        self.cancelled = False
        """Nobody reads any more: the engine drops the sequence at its next step."""

    def publish(self, piece: Piece) -> None:
        """Engine side: give out one piece."""
        with self._changed:
            if self.cancelled:
                return
            self._pieces.append(piece)
            self._ended = self._ended or isinstance(piece, Done)
            self._notify()

    def fail(self, error: BaseException) -> None:
        """Engine side: end with `error`, after the pieces that are already out."""
        with self._changed:
            if not self._ended:
                self._ended, self._error = True, error
            self._notify()

    def close(self) -> None:
        """Reader side: no more is wanted. After the end it changes nothing."""
        with self._changed:
            if not self._ended:
                self.cancelled = self._ended = True
                self._pieces.clear()
            self._notify()

    def __iter__(self) -> Iterator[Piece]:
        while True:
            with self._changed:
                self._changed.wait_for(self._ready)
            yield from self._drain()
            if self._over():
                return

    async def __aiter__(self) -> AsyncIterator[Piece]:
        loop, ready = asyncio.get_running_loop(), asyncio.Event()
        with self._changed:
            self._wake = lambda: loop.call_soon_threadsafe(ready.set)
            self._notify()
        while True:
            await ready.wait()
            ready.clear()
            for piece in self._drain():
                yield piece
            if self._over():
                return

    def _ready(self) -> bool:
        return bool(self._pieces) or self._ended

    def _drain(self) -> Iterator[Piece]:
        while self._pieces:
            yield self._pieces.popleft()

    def _over(self) -> bool:
        if not self._ended or self._pieces:
            return False
        if self._error is not None:
            raise self._error
        return True

    def _notify(self) -> None:
        self._changed.notify_all()
        if self._wake is not None:
            try:
                self._wake()
            except RuntimeError:  # the reader's loop is gone, so nobody reads any more
                self.cancelled, self._ended = not self._ended, True
