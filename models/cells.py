"""The books of the memory's cells: which lane holds which, so that it is known what is free.

Every change goes to llama.cpp and into the books at once; llama.cpp itself does not tell.
"""

from __future__ import annotations

from collections.abc import Iterable

from models.lane import Memory
from models.prefix_tree import LaneId

Cell = int


class Cells:
    """Cells by lane and position, and how many lanes hold each."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._held: dict[LaneId, list[Cell]] = {}
        self._holders: dict[Cell, int] = {}
        self._next = 0

    @property
    def used(self) -> int:
        """Cells that any lane holds."""
        return len(self._holders)

    def held_by(self, lanes: Iterable[LaneId]) -> int:
        """Cells that any of `lanes` holds."""
        return len(set().union(*(self._held.get(lane, ()) for lane in lanes)))

    def fill(self, lane: LaneId, count: int) -> None:
        """A decode has put `count` more tokens of a lane into cells of their own."""
        held = self._held.setdefault(lane, [])
        for cell in range(self._next, self._next + count):
            self._holders[cell] = 1
            held.append(cell)
        self._next += count

    def fork(self, source: LaneId, target: LaneId, start: int, end: int) -> None:
        """Let `target`, which ends at `start`, hold what `source` holds up to `end`."""
        self._memory.fork(source, target, start, end)
        cells = self._held[source][start:end]
        self._held.setdefault(target, []).extend(cells)
        for cell in cells:
            self._holders[cell] += 1

    def share(self, source: LaneId, target: LaneId, start: int, end: int) -> None:
        """Let `target` hold the source's cells for [start, end), where it has its own."""
        self._memory.drop(target, start, end)
        self._memory.fork(source, target, start, end)
        cells = self._held[source][start:end]
        for cell in cells:
            self._holders[cell] += 1
        self._give_back(self._held[target][start:end])
        self._held[target][start:end] = cells

    def cut(self, lane: LaneId, start: int, end: int) -> None:
        """Take [start, end) out of a lane and move the rest, which must be its own, up."""
        self._memory.drop(lane, start, end)
        self._memory.shift(lane, end, start - end)
        self._give_back(self._held[lane][start:end])
        del self._held[lane][start:end]

    def drop(self, lane: LaneId) -> None:
        """Take everything from a lane."""
        self._memory.drop(lane)
        self._give_back(self._held.pop(lane, []))

    def state(self, lane: LaneId) -> bytearray:
        """What the lane's cells hold."""
        return self._memory.state(lane)

    def restore(self, lane: LaneId, state: bytearray, count: int) -> bool:
        """Fill an empty lane with a state of `count` tokens; False where it is refused."""
        if not self._memory.restore(lane, state):
            self._memory.drop(lane)
            return False
        self.fill(lane, count)
        return True

    def length(self, lane: LaneId) -> int:
        """Cells of one lane."""
        return len(self._held.get(lane, ()))

    def _give_back(self, cells: Iterable[Cell]) -> None:
        for cell in cells:
            self._holders[cell] -= 1
            if not self._holders[cell]:
                del self._holders[cell]
