"""llama.cpp's unified KV memory in small: which lane holds the KV of which tokens.

It keeps llama.cpp's rules: what llama.cpp refuses, or would quietly get wrong, is an assertion.
"""

import sys
from array import array
from dataclasses import dataclass

from models.prefix_tree import LaneId, Tokens

_MAGIC = b"state"
_SIZE = array("i").itemsize


@dataclass(slots=True, eq=False)
class Cell:
    """The KV of one token; which position it has is known to the lanes that hold it."""

    token: int
    holders: int = 1
    turned: bool = True
    """Whether its key is rotated for its position; after a shift the next decode does it."""


class FakeMemory:
    """Cells by lane and position. With `rollback` false, each lane also has a recurrent state."""

    def __init__(self, cells: int, lanes: int, *, rollback: bool = True) -> None:
        self.used = 0
        self._size, self._rollback = cells, rollback
        self._held: list[dict[int, Cell]] = [{} for _ in range(lanes)]
        self._states: list[Tokens] = [() for _ in range(lanes)]

    def tokens(self, lane: LaneId) -> Tokens:
        """The tokens whose KV a lane holds, from position 0 on."""
        held = self._held[lane]
        assert sorted(held) == list(range(len(held))), f"lane {lane} has gaps"
        tokens = tuple(held[position].token for position in range(len(held)))
        assert self._rollback or self._states[lane] == tokens, f"lane {lane} has another state"
        return tokens

    def decode(self, lane: LaneId, tokens: Tokens, position: int) -> None:
        """Compute `tokens` of a lane from `position` on."""
        assert tokens, "a decode of nothing"
        assert len(self.tokens(lane)) == position, "positions are continuous"
        self._turn()
        self._states[lane] += tokens
        for at, token in enumerate(tokens, start=position):
            self._take(lane, at, token)

    def fork(self, source: LaneId, target: LaneId, start: int, end: int) -> None:
        held = self._held[source]
        assert source != target
        assert start < end <= len(self.tokens(source)), "forked beyond what is computed"
        assert self._rollback or end == len(held), "a state is forked as a whole"
        before = {at: cell.token for at, cell in self._held[target].items() if at < start}
        assert before == {at: held[at].token for at in range(start)}, "on another beginning"
        for at in range(start, end):
            assert at not in self._held[target], "a position has two cells"
            self._held[target][at] = held[at]
            held[at].holders += 1
        self._states[target] = self._states[source]

    def drop(self, lane: LaneId, start: int = 0, end: int = -1) -> None:
        held = self._held[lane]
        end = sys.maxsize if end < 0 else end
        tail = max(held, default=-1)
        assert self._rollback or not 0 < start <= tail < end, "a state cannot be rolled back"
        for at in [at for at in held if start <= at < end]:
            self._release(held.pop(at))
        if not held:
            self._states[lane] = ()

    def shift(self, lane: LaneId, start: int, by: int) -> None:
        held = self._held[lane]
        moved = {at: held.pop(at) for at in sorted(held) if at >= start}
        for at, cell in moved.items():
            assert cell.holders == 1, "a cell of several lanes is shifted under all of them"
            assert at + by not in held, "shifted onto another token"
            held[at + by] = cell
            cell.turned = False

    def state(self, lane: LaneId) -> bytearray:
        assert all(cell.turned for cell in self._held[lane].values()), "its keys are not turned yet"
        return bytearray(_MAGIC + array("i", self.tokens(lane)).tobytes())

    def restore(self, lane: LaneId, state: bytearray) -> bool:
        assert not self._held[lane], "restored over something"
        if not state.startswith(_MAGIC) or len(state) % _SIZE != len(_MAGIC) % _SIZE:
            return False
        tokens = tuple(array("i", bytes(state[len(_MAGIC) :])))
        for at, token in enumerate(tokens):
            self._take(lane, at, token)
        self._states[lane] = tokens
        return True

    def _take(self, lane: LaneId, at: int, token: int) -> None:
        assert self.used < self._size, "no free cell"
        self._held[lane][at] = Cell(token)
        self.used += 1

    def _release(self, cell: Cell) -> None:
        cell.holders -= 1
        self.used -= not cell.holders

    def _turn(self) -> None:
        for held in self._held:
            for cell in held.values():
                cell.turned = True
