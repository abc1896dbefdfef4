"""Ctrl-C once stops what runs, twice ends the process at once. SIGTERM stops like one Ctrl-C.

The handlers are plain Python ones, around the event loop instead of in it, so that the second
Ctrl-C works also while the loop waits for a thread that loads a model.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from types import FrameType
from typing import Any

from console.exits import Exit

SHOW_CURSOR = b"\x1b[?25h\r\n"


class Interrupts:
    """What Ctrl-C and SIGTERM mean while a command runs."""

    def __init__(self) -> None:
        self._stops: list[Callable[[], object]] = []
        self.asked = 0
        """How often the user asked to stop what runs now."""

    def drive(self, work: Callable[[], Coroutine[Any, Any, Exit]]) -> Exit:
        """Run to the end in an event loop of its own, or until it is stopped."""
        with self._installed():
            try:
                return asyncio.run(self._guarded(work))
            except KeyboardInterrupt:
                return Exit.INTERRUPTED

    @contextlib.contextmanager
    def stops(self, task: asyncio.Task[Any]) -> Iterator[None]:
        """Until this ends Ctrl-C cancels `task`; within another task it is then forgotten."""
        loop = asyncio.get_running_loop()
        self._stops.append(lambda: loop.call_soon_threadsafe(task.cancel))
        try:
            yield
        finally:
            self._stops.pop()
            if self._stops:
                self.asked = 0

    async def _guarded(self, work: Callable[[], Coroutine[Any, Any, Exit]]) -> Exit:
        task = asyncio.ensure_future(work())
        with self.stops(task):
            try:
                return await task
            except asyncio.CancelledError:
                return Exit.INTERRUPTED

    @contextlib.contextmanager
    def _installed(self) -> Iterator[None]:
        before = {
            number: signal.signal(number, self._received)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _received(self, number: int, frame: FrameType | None) -> None:
        self.asked += 1
        if self.asked > 1 and number == signal.SIGINT:
            leave()
        if not self._stops:
            raise KeyboardInterrupt
        self._stops[0 if number == signal.SIGTERM else -1]()


def leave() -> None:
    """End the process now, leaving only the cursor in order."""
    if sys.stderr.isatty():
        os.write(2, SHOW_CURSOR)
    os._exit(Exit.INTERRUPTED)
