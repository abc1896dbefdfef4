"""Who looks at a run: plain lines, a live view or JSON, all fed by the same events."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from graphs.events import Event


class Watch(Protocol):
    """A context manager around one run; `see` is called with each event in order."""

    def __enter__(self) -> Watch: ...

    def __exit__(self, *raised: object) -> None: ...

    def see(self, event: Event) -> None:
        """Show it, or do nothing."""

    def pause(self) -> AbstractContextManager[None]:
        """Leave the terminal to a question for a while."""
