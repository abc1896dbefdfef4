"""The models that are in memory, and which of them may go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from models.pool.ahead import Ahead


class Loaded(Protocol):
    """What is needed of a loaded model here."""

    def close(self) -> None: ...


E = TypeVar("E", bound=Loaded)


@dataclass(slots=True, eq=False)
class Kept(Generic[E]):
    """One model in memory."""

    path: Path
    engine: E
    need: int
    """Bytes that are reckoned for it."""
    leases: int = 0
    """Calls that it is lent to: while there is one it stays."""
    pinned: bool = False
    """Handed out for good: it stays until the pool is closed."""
    unasked: bool = False
    """Prefetched, and nobody has wanted it yet."""
    used: int = 0
    """When it was last lent, as a count of lendings."""

    @property
    def idle(self) -> bool:
        """Whether it may go."""
        return not self.leases and not self.pinned


class Shelf(Generic[E]):
    """Models in memory, by their file. Not safe by itself: its owner holds a lock."""

    def __init__(self) -> None:
        self._kept: dict[Path, Kept[E]] = {}
        self._uses = 0

    @property
    def used(self) -> int:
        """Bytes that are reckoned for all of them."""
        return sum(kept.need for kept in self)

    def __iter__(self) -> Iterator[Kept[E]]:
        return iter(list(self._kept.values()))

    def get(self, path: Path) -> Kept[E] | None:
        """The model of that file."""
        return self._kept.get(path)

    def put(self, kept: Kept[E]) -> None:
        """A model was loaded."""
        self._uses += 1
        kept.used = self._uses
        self._kept[kept.path] = kept

    def take(self, kept: Kept[E]) -> None:
        """A model goes."""
        del self._kept[kept.path]

    def lend(self, kept: Kept[E]) -> None:
        """One more call has it."""
        self._uses += 1
        kept.leases, kept.used = kept.leases + 1, self._uses

    def idle(self, ahead: Ahead, nearest: int = 0) -> list[Kept[E]]:
        """Those who may go and are needed no nearer than that, first those needed farthest in the
        future, of equals the one that was lent longest ago."""
        idle = [kept for kept in self if kept.idle and ahead.distance(kept.path) >= nearest]
        return sorted(idle, key=lambda kept: (-ahead.distance(kept.path), kept.used))

    def victims(self, excess: int, ahead: Ahead, nearest: int = 0) -> list[Kept[E]] | None:
        """Whom to let go to win `excess` bytes, in the order of `idle`; None where all of them are
        not enough."""
        idle, chosen = self.idle(ahead, nearest), list[Kept[E]]()
        while _bytes(chosen) < excess:
            if len(chosen) == len(idle):
                return None
            chosen.append(idle[len(chosen)])
        return _fewer(chosen, excess)


def _fewer(chosen: list[Kept[E]], excess: int) -> list[Kept[E]]:
    """The same without those that need not go, since a larger one goes; the nearest stay first."""
    for kept in reversed(chosen):
        rest = [other for other in chosen if other is not kept]
        chosen = rest if _bytes(rest) >= excess else chosen
    return chosen


def _bytes(some: list[Kept[E]]) -> int:
    return sum(kept.need for kept in some)
