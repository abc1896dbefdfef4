"""A lane: one of llama.cpp's sequences, for a request that runs or a prefix that is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from models.prefix_tree import LaneId, Tokens


class Memory(Protocol):
    """What is needed of llama.cpp's memory; see `models.llama.Context`."""

    def fork(self, source: int, target: int, start: int, end: int) -> None: ...

    def drop(self, lane: int, start: int = 0, end: int = -1) -> None: ...

    def shift(self, lane: int, start: int, by: int) -> None: ...

    def state(self, lane: int) -> bytearray: ...

    def restore(self, lane: int, state: bytearray) -> bool: ...


@dataclass(slots=True, eq=False)
class Lane:
    """Which tokens a sequence holds."""

    id: LaneId
    path: Tokens
    """Its tokens in the tree; of a request all that it had when it was admitted but the last one,
    which it computes itself, for the logits."""
    number: int
    """Order in which the lanes were opened."""
    computed: int = 0
    """So many of its tokens are in the memory; of a request more than its path, later."""
    running: bool = True
    pinned: bool = False
    """Goes only when no other prefix is left."""
    used: int = 0
    """When it was last of use, as a count of uses."""

    def leads(self, other: Lane) -> bool:
        """Whether it is further than `other`, or as far and older: who leads computes."""
        return self.running and (self.computed, -self.number) > (other.computed, -other.number)
