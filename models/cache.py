"""Who holds which cells of the KV memory: lanes that run, and prefixes that are kept for later.

A lane's path stands in the prefix tree. A token is computed once: whoever needs what another lane
holds, or is about to compute, forks it. So the cells in use are the computed tokens of the tree and
the tails that running lanes generate. Where the memory cannot be rolled back (`rollback` false) a
lane is forked only as a whole, at exactly the token where it stands: at checkpoints.
"""

from __future__ import annotations

from collections.abc import Iterable

from models.cells import Cells
from models.lane import Lane, Memory
from models.prefix_tree import LaneId, PrefixTree, Tokens, common


class Cache:
    """The lanes of one memory."""

    def __init__(
        self, memory: Memory, *, cells: int, lanes: int, rollback: bool, can_shift: bool
    ) -> None:
        """`lanes`: ids that the memory has; one of them is for passing states through."""
        self.cells = cells
        self.rollback = rollback
        self.evicted = self.forked = 0
        """Prefixes that had to go; tokens that were forked instead of computed."""
        self._cells = Cells(memory)
        self._can_shift = can_shift and rollback
        self._moved = False
        """Whether cells were moved since the last decode, which turns their keys."""
        self._tree = PrefixTree()
        self._lanes: dict[LaneId, Lane] = {}
        self._scratch, *free = range(lanes)
        self._free = free[::-1]
        self._numbers = self._uses = 0

    @property
    def used(self) -> int:
        """Cells that hold something."""
        return self._cells.used

    @property
    def free(self) -> int:
        """Cells that hold nothing."""
        return self.cells - self.used

    @property
    def evictable(self) -> int:
        """Cells that only kept prefixes hold."""
        lanes = tuple(self._lanes.values())  # in one go: another thread may ask
        running = (lane.id for lane in lanes if lane.running)
        return self.used - self._cells.held_by(running)

    @property
    def kept(self) -> int:
        """Prefixes that are kept."""
        lanes = tuple(self._lanes.values())
        return sum(not lane.running for lane in lanes)

    def open(self, path: Tokens) -> Lane | None:
        """A lane for a request, with what is known of `path`; None where every lane runs."""
        matched = self._tree.match(path)
        for known in matched[-1][0].lanes if matched else ():
            self._touch(self._lanes[known])  # or the lane id might come from what is wanted
        lane_id = self._lane_id()
        if lane_id is None:
            return None
        lane = self._add(Lane(lane_id, path, self._next_number()))
        self.take_over(lane)
        return lane

    def take_over(self, lane: Lane) -> None:
        """Fork what others have computed of this lane's path by now."""
        end, source = self._best(lane, lane.path)
        if source is not None and end > lane.computed:
            self._cells.fork(source.id, lane.id, lane.computed, end)
            self.forked += end - lane.computed
            lane.computed = end
            self._touch(source)

    def waits(self, lane: Lane) -> bool:
        """Whether a lane that leads is about to compute what this one needs next."""
        return any(
            other.leads(lane) and other.computed < node.end
            for node, _ in self._tree.match(lane.path)
            if node.end > lane.computed
            for other in self._others(lane, node.lanes)
        )

    def stops(self, lane: Lane) -> Iterable[int]:
        """Where a lane that can be forked only as a whole must pause, since paths part there."""
        return [] if self.rollback else [node.end for node, _ in self._tree.match(lane.path)]

    def compute(self, lane: Lane, tokens: int) -> None:
        """`tokens` more of it are in the memory."""
        self._cells.fill(lane.id, tokens)
        self._moved = False
        lane.computed += tokens

    def keep(self, lane: Lane, end: int, *, pinned: bool) -> Lane | None:
        """Keep the first `end` tokens of a running lane for others; None where that cannot be."""
        if end > len(lane.path) or not (lane.computed == end or self.rollback):
            return None
        path = lane.path[:end]
        known = self._exact(path)
        if known is not None:
            known.pinned |= pinned
            return known
        lane_id = self._lane_id(spare_pinned=True)
        if lane_id is None:
            return None
        self._cells.fork(lane.id, lane_id, 0, end)
        kept = Lane(lane_id, path, self._next_number(), end, running=False, pinned=pinned)
        return self._add(kept)

    def close(self, lane: Lane, tokens: Tokens) -> None:
        """The request is over; keep what it computed of `tokens`, where that is new."""
        tokens = tokens[: lane.computed]
        known = self._overlap(lane, tokens)
        if known >= len(tokens) or (known > len(lane.path) and not self.rollback):
            self.drop(lane)
            return
        self._dedupe(lane, tokens)
        self._replant(lane, tokens)
        lane.running = False
        self._touch(lane)
        self._drop_shorter(lane)

    def drop(self, lane: Lane) -> None:
        """Forget a lane and what only it holds."""
        self._tree.remove(lane.id, lane.path)
        self._cells.drop(lane.id)
        del self._lanes[lane.id]
        self._free.append(lane.id)

    def make_room(self, cells: int) -> bool:
        """Have `cells` free, at the cost of kept prefixes; the least recently used go first."""
        while self.free < cells and self._evict():
            pass
        return self.free >= cells

    def save(self, lane: Lane) -> bytearray:
        """The state of what a lane has computed; empty where cells were moved since the last
        decode, which turns their keys."""
        return bytearray() if self._moved else self._cells.state(lane.id)

    def restore(self, lane: Lane, state: bytearray, length: int) -> bool:
        """Give a lane its first `length` tokens out of `state`; False: it must compute them."""
        if length <= lane.computed or not self.make_room(length):
            return False
        if self.rollback:
            done = self._cells.restore(self._scratch, state, length)
            if done:
                self._cells.fork(self._scratch, lane.id, lane.computed, length)
            self._cells.drop(self._scratch)
        else:
            done = not lane.computed and self._cells.restore(lane.id, state, length)
        lane.computed = length if done else lane.computed
        return done

    def cut(self, lane: Lane, at: int, block_end: int, tokens: Tokens) -> bool:
        """Take the block [at, block_end) out of a kept lane and move the rest up, where the rest is
        the lane's own and serves a request for `tokens`."""
        rest = lane.path[block_end:]
        serves = self._can_shift and not lane.running and common(rest, tokens[at:]) > 0
        if not serves or not self._own(lane, at):
            return False
        self._cells.cut(lane.id, at, block_end)
        self._moved = True
        self._replant(lane, lane.path[:at] + rest)
        lane.computed = len(lane.path)
        return True

    def shared(self, tokens: Tokens) -> int:
        """How much of `tokens` a running lane holds or will hold: cells that are not asked for."""
        ends = (
            end
            for node, end in self._tree.match(tokens)
            if any(self._lanes[lane].running for lane in node.lanes)
        )
        return max(ends, default=0)

    def longest(self, tokens: Tokens) -> tuple[int, Lane | None]:
        """How much of `tokens` any lane holds or will hold, and the newest lane that goes on
        differently, if there is one."""
        matched = self._tree.match(tokens)
        node, end = matched[-1] if matched else (None, 0)
        lanes = self._lanes.values() if node is None else map(self._lanes.__getitem__, node.lanes)
        return end, _newest(lane for lane in lanes if len(lane.path) > end)

    def check(self) -> None:
        """An AssertionError where the books do not balance."""
        assert not self.rollback or self.used == self._count(), (self.used, self._count())
        assert 0 <= self.used <= self.cells, (self.used, self.cells)
        assert not {*self._free, self._scratch} & self._lanes.keys(), "a lane is used twice"
        for lane in self._lanes.values():
            assert lane.computed == self._cells.length(lane.id), "a cell a token"
            assert lane.running or lane.computed == len(lane.path), "kept lanes are whole"

    def _best(self, lane: Lane, tokens: Tokens) -> tuple[int, Lane | None]:
        """The longest part of `tokens` that another lane can give this one now."""
        best: tuple[int, Lane | None] = (0, None)
        for node, end in self._tree.match(tokens):
            for other in self._others(lane, node.lanes):
                usable = min(other.computed, end)
                if usable > best[0] and (self.rollback or other.computed == usable):
                    best = usable, other
        return best

    def _overlap(self, lane: Lane, tokens: Tokens) -> int:
        """How much of `tokens` other lanes have computed, usable or not."""
        ends = (
            min(other.computed, end)
            for node, end in self._tree.match(tokens)
            for other in self._others(lane, node.lanes)
        )
        return max(ends, default=0)

    def _others(self, lane: Lane, ids: Iterable[LaneId]) -> Iterable[Lane]:
        return (self._lanes[other] for other in ids if other != lane.id)

    def _dedupe(self, lane: Lane, tokens: Tokens) -> None:
        """What it generated may be what another lane has meanwhile: one cell a token."""
        begin = len(lane.path)
        end, source = self._best(lane, tokens)
        if source is not None and end > begin:
            self._cells.share(source.id, lane.id, begin, end)

    def _drop_shorter(self, lane: Lane) -> None:
        """A kept prefix of a longer one serves nobody, where any token can be forked at."""
        if not self.rollback:
            return
        nodes = self._tree.match(lane.path)
        for other in {o for node, _ in nodes for o in self._others(lane, node.lanes)}:
            shorter = other.path == lane.path[: len(other.path)]
            if shorter and not other.running and not other.pinned:
                self.drop(other)

    def _own(self, lane: Lane, at: int) -> bool:
        """Whether nobody else holds a token of the lane from `at` on."""
        self._tree.insert(lane.id, lane.path[:at])  # a border at `at`
        rest = (node for node, _ in self._tree.match(lane.path) if node.end > at)
        return all(node.lanes == {lane.id} for node in rest)

    def _exact(self, path: Tokens) -> Lane | None:
        lanes = self._lanes.values()
        return next((lane for lane in lanes if not lane.running and lane.path == path), None)

    def _add(self, lane: Lane) -> Lane:
        self._lanes[lane.id] = lane
        self._tree.insert(lane.id, lane.path)
        self._touch(lane)
        return lane

    def _replant(self, lane: Lane, path: Tokens) -> None:
        self._tree.remove(lane.id, lane.path)
        lane.path = path
        self._tree.insert(lane.id, path)

    def _evict(self, *, spare_pinned: bool = False) -> bool:
        kept = [lane for lane in self._lanes.values() if not lane.running]
        if spare_pinned:
            kept = [lane for lane in kept if not lane.pinned]
        if not kept:
            return False
        self.drop(min(kept, key=lambda lane: (lane.pinned, lane.used)))
        self.evicted += 1
        return True

    def _lane_id(self, *, spare_pinned: bool = False) -> LaneId | None:
        if not self._free:
            self._evict(spare_pinned=spare_pinned)
        return self._free.pop() if self._free else None

    def _touch(self, lane: Lane) -> None:
        self._uses += 1
        lane.used = self._uses

    def _next_number(self) -> int:
        self._numbers += 1
        return self._numbers

    def _count(self) -> int:
        """Cells by another way: what is computed of each node, and the tails beyond the tree."""
        far = {lane.id: lane.computed for lane in self._lanes.values()}
        tree = 0
        for node in self._tree.nodes():
            end = max(far[lane] for lane in node.lanes)
            tree += max(0, min(node.end, end) - node.start)
        return tree + sum(max(0, far[i] - len(self._lanes[i].path)) for i in far)


def _newest(lanes: Iterable[Lane]) -> Lane | None:
    return max(lanes, key=lambda lane: lane.number, default=None)
