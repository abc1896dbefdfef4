"""Who runs, and what the next batch computes of each.

Tokens of sequences that generate go first, then chunks of prompts, so that a long prompt holds up
the others by one batch at most. A prompt that another lane is about to compute waits for it. When
cells run out, kept prefixes go, then the lowest-ranking sequence is parked: its state goes to RAM
and it waits for its turn again. The highest-ranking sequence always goes on, so all of them end;
now and then that is the one that has waited longest, so that no priority starves another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from models.cache import Cache
from models.lane import Lane
from models.sequence import Parked, Sequence
from models.waiting import Waiting

_HEADROOM = 32
"""Cells beyond its tokens that a sequence needs to come in, so that it is not parked at once."""


@dataclass(frozen=True, slots=True)
class Share:
    """What a step computes of one sequence."""

    sequence: Sequence
    tokens: int


class Opener(Protocol):
    """Gives an admitted sequence its lane."""

    def open(self, sequence: Sequence) -> Lane | None: ...


class Schedule:
    """The sequences that run, on one cache."""

    def __init__(
        self,
        cache: Cache,
        waiting: Waiting,
        opener: Opener,
        *,
        parallel: int,
        batch: int,
        parked_bytes: int,
    ) -> None:
        """`parallel`: sequences that run at a time; `parked_bytes`: bound on parked states."""
        self.running: list[Sequence] = []
        self.parked_bytes = 0
        """RAM that parked states take."""
        self.parked = 0
        """How often a sequence was parked."""
        self._elder: Sequence | None = None
        """Let in because it waited longest: parked for nobody."""
        self._cache, self._waiting, self._opener = cache, waiting, opener
        self._parallel, self._batch, self._most_parked = parallel, batch, parked_bytes

    @property
    def used_cells(self) -> int:
        """Tokens that the memory holds."""
        return self._cache.used

    def admit(self) -> list[Sequence]:
        """Let those in for whom there is a place; returns them."""
        admitted: list[Sequence] = []
        while (sequence := self._waiting.first()) is not None:
            if not self._has_place(sequence) and not self._give_place(sequence):
                break
            lane = self._opener.open(sequence) if self._has_place(sequence) else None
            if lane is None:
                break
            self._let_in(sequence, lane)
            admitted.append(sequence)
        return admitted

    def plan(self) -> list[Share]:
        """The next batch; empty only where nothing runs."""
        while self.running:
            shares = self._generating()
            shares += self._prefilling(self._batch - sum(share.tokens for share in shares))
            if shares:
                return shares
            self.park(self.running[-1])
        return []

    def computed(self, share: Share) -> int:
        """The batch was decoded: its tokens are in the memory; returns how many of a prompt."""
        lane = share.sequence.lane
        assert lane is not None, "it was in the batch"
        self._cache.compute(lane, share.tokens)
        return share.sequence.computed(share.tokens)

    def finish(self, sequence: Sequence) -> None:
        """It runs no longer; its prefix is kept for others."""
        self.running.remove(sequence)
        assert sequence.lane is not None, "it ran"
        self._cache.close(sequence.lane, tuple(sequence.tokens))
        sequence.lane = None

    def forget(self, sequences: Iterable[Sequence]) -> None:
        """Parked ones among those that wait no longer give their RAM back."""
        for sequence in sequences:
            self._release(sequence)

    def park(self, sequence: Sequence) -> None:
        """Take its cells, keep its state if the bound allows it, and let it wait."""
        lane = sequence.lane
        assert lane is not None, "it ran"
        state = self._state(lane)
        self.running.remove(sequence)
        self._cache.drop(lane)
        sequence.lane, sequence.parked = None, Parked(state, lane.computed if state else 0)
        self.parked += 1
        self.parked_bytes += len(state)
        self._waiting.put_back(sequence)

    def _let_in(self, sequence: Sequence, lane: Lane) -> None:
        if self._waiting.turn_of_the_oldest and self._elder not in self.running:
            self._elder = sequence
        self._waiting.remove(sequence)
        self._unpark(sequence, lane)
        self.running.append(sequence)
        self.running.sort(key=lambda each: (each is not self._elder, each.rank))

    def _generating(self) -> list[Share]:
        """What the sequences whose prompts are computed go on with."""
        while True:
            ready = [each for each in self.running if not each.prefilling]
            shares: list[Share] = []
            room = self._batch
            for sequence in ready:
                tokens = min(sequence.remaining, room)
                shares += [Share(sequence, tokens)] if tokens else []
                room -= tokens
            if self._cache.make_room(sum(share.tokens for share in shares)):
                return shares
            self.park(self.running[-1])

    def _prefilling(self, room: int) -> list[Share]:
        shares: list[Share] = []
        taken = self._batch - room
        prefilling = [(each, each.lane) for each in self.running if each.lane and each.prefilling]
        for _, lane in prefilling:
            self._cache.take_over(lane)  # all of them first: who leads shows only then
        for sequence, lane in prefilling:
            if self._cache.waits(lane):
                continue
            tokens = min(sequence.remaining, room, self._to_stop(sequence, lane))
            self._cache.make_room(taken + tokens)
            tokens = min(tokens, self._cache.free - taken)
            if tokens > 0:
                shares.append(Share(sequence, tokens))
                room, taken = room - tokens, taken + tokens
        return shares

    def _to_stop(self, sequence: Sequence, lane: Lane) -> int:
        """Tokens up to where it must pause."""
        stops = [*self._cache.stops(lane)]
        stops += [] if self._cache.rollback else sequence.request.keep
        return min((s - lane.computed for s in stops if s > lane.computed), default=self._batch)

    def _has_place(self, sequence: Sequence) -> bool:
        if not self.running:
            return True
        if len(self.running) >= self._parallel:
            return False
        promised = sum(max(0, each.remaining) for each in self.running if each.prefilling)
        wanted = len(sequence.tokens) - self._cache.shared(tuple(sequence.tokens[:-1])) + _HEADROOM
        free = self._cache.free - promised
        return free >= wanted or free + self._cache.evictable >= wanted

    def _give_place(self, sequence: Sequence) -> bool:
        """Park those of lower priority until there is a place for it."""
        while not self._has_place(sequence):
            lowest = self.running[-1]
            if lowest is self._elder or lowest.request.priority <= sequence.request.priority:
                return False
            self.park(lowest)
        return True

    def _state(self, lane: Lane) -> bytearray:
        if not self._cache.rollback or not lane.computed:
            return bytearray()  # computed again: its state may stand past a checkpoint
        state = self._cache.save(lane)
        return state if self.parked_bytes + len(state) <= self._most_parked else bytearray()

    def _unpark(self, sequence: Sequence, lane: Lane) -> None:
        sequence.lane = lane
        if sequence.parked is not None and sequence.parked.state:
            self._cache.restore(lane, sequence.parked.state, sequence.parked.computed)
        self._release(sequence)

    def _release(self, sequence: Sequence) -> None:
        if sequence.parked is not None:
            self.parked_bytes -= len(sequence.parked.state)
            sequence.parked = None
