"""What requests find of their prompts in the memory and on disk, and what is kept for the next.

A request is given the longest prefix that any lane holds. Thinking that an earlier turn left in the
memory, and that the new prompt leaves out, is cut out there. Prefixes that the request names are
pinned, and go to disk.
"""

from __future__ import annotations

from itertools import takewhile

from models.cache import Cache
from models.lane import Lane
from models.prefix_store import PrefixStore
from models.prefix_tree import Tokens
from models.reuse import Reuse
from models.sequence import Sequence
from models.thinking import ThinkTokens
from models.vocabulary import Vocabulary

_SHOWN = 12
"""Tokens of the first differing text that are shown."""
_WORTH_KEEPING = 32
"""A prefix shorter than this is computed sooner than it is read."""


class Prefixes:
    """Opens lanes for requests, and keeps what they have computed."""

    def __init__(
        self,
        cache: Cache,
        store: PrefixStore | None,
        vocabulary: Vocabulary,
        tags: ThinkTokens | None,
    ) -> None:
        self._cache, self._store = cache, store
        self._vocabulary, self._tags = vocabulary, tags

    def open(self, sequence: Sequence) -> Lane | None:
        """A lane with all that is known of the sequence's tokens; None where there is no lane."""
        path = tuple(sequence.tokens[:-1])
        self._cut_thinking(path)
        known, other = self._cache.longest(path)
        lane = self._cache.open(path)
        if lane is None:
            return None
        self._read(sequence, lane)
        if sequence.parked is None:
            sequence.reuse = self._explain(path, lane, known, other)
        return lane

    def computed(self, sequence: Sequence, before: int) -> None:
        """The sequence has gone on from `before`: keep the prefixes that are complete now."""
        lane = sequence.lane
        assert lane is not None, "it ran"
        if before >= len(lane.path):
            return
        for end in _worth(sequence.request.keep):
            if before < end <= lane.computed:
                kept = self._cache.keep(lane, end, pinned=True)
                if kept is not None and self._store is not None and kept.computed == end:
                    self._write(kept)
        if not self._cache.rollback and lane.computed == len(lane.path):
            self._cache.keep(lane, lane.computed, pinned=False)

    def close(self) -> None:
        """Wait for what is being written."""
        if self._store is not None:
            self._store.close()

    def _write(self, kept: Lane) -> None:
        assert self._store is not None, "asked for by the caller"
        if not self._store.has(kept.path):
            self._store.write(kept.path, self._cache.save(kept))

    def _read(self, sequence: Sequence, lane: Lane) -> None:
        """Take the longest prefix from disk that is longer than what the memory has."""
        if self._store is None or self._cache.waits(lane):
            return
        for end in sorted(_worth(sequence.request.keep), reverse=True):
            if end <= lane.computed or end > len(lane.path):
                continue
            state = self._store.read(lane.path[:end])
            if state is not None and self._cache.restore(lane, state, end):
                self._cache.keep(lane, end, pinned=True)
                return

    def _cut_thinking(self, path: Tokens) -> None:
        """Where a kept turn thought, and the prompt goes on with what it then answered."""
        tags = self._tags
        while tags is not None:
            at, lane = self._cache.longest(path)
            if lane is None or at >= len(path) or lane.path[at] != tags.open:
                return
            block_end = _block_end(lane.path, at, tags)
            if block_end is None or not self._cache.cut(lane, at, block_end, path):
                return

    def _explain(self, path: Tokens, lane: Lane, known: int, other: Lane | None) -> Reuse:
        found = lane.computed
        if found >= len(path):
            return Reuse(found, "")
        if found > known:
            return Reuse.new(found)
        if found < known and not self._cache.rollback and not self._cache.waits(lane):
            return Reuse.checkpoint(found, known)
        if other is None or known >= len(path):
            return Reuse.new(known)
        show = self._vocabulary.shown
        held = other.path[known : known + _SHOWN]
        return Reuse.differs(known, show(path[known : known + _SHOWN]), show(held))


def _worth(ends: Tokens) -> list[int]:
    return [end for end in ends if end >= _WORTH_KEEPING]


def _block_end(path: Tokens, at: int, tags: ThinkTokens) -> int | None:
    """The end of the thinking block that begins at `at`, what the template has after it included;
    None where it is not closed."""
    try:
        close = path.index(tags.close, at)
    except ValueError:
        return None
    follows = zip(path[close + 1 :], tags.after, strict=False)
    return close + 1 + sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], follows))
