"""Who is told how a pull goes."""

from __future__ import annotations

from typing import Protocol


class Watcher(Protocol):
    """Called from the thread that pulls."""

    def begin(self, name: str, total: int, done: int) -> None:
        """A model of `total` bytes is fetched; `done` of them are on disk from before."""

    def advance(self, octets: int) -> None:
        """So many more are on disk; less than none where a file begins anew."""

    def say(self, line: str) -> None:
        """What happens, where it is not as usual."""


class Nobody:
    """Nobody wants to know."""

    def begin(self, name: str, total: int, done: int) -> None: ...

    def advance(self, octets: int) -> None: ...

    def say(self, line: str) -> None: ...
