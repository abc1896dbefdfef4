"""Which experts the engine's requests chose, by role: what a label says before its first slash."""

from __future__ import annotations

from models.experts import ExpertUsage
from models.llama import Tap
from models.sequence import Sequence


class ExpertWatch:
    """Reads the tap as lanes change hands. Belongs to the engine's thread, but for `usage`."""

    def __init__(self, tap: Tap | None) -> None:
        self.usage = ExpertUsage()
        """Of the requests that have ended; replaced whole, so that any thread may read it."""
        self._tap = tap
        self._roles: dict[int, str] = {}

    def begins(self, sequence: Sequence) -> None:
        """A lane is the sequence's now; what is counted there was its predecessor's."""
        if self._tap is not None and sequence.lane is not None:
            self._credit(sequence.lane.id)
            self._roles[sequence.lane.id] = sequence.request.label.partition("/")[0]

    def ends(self, sequence: Sequence) -> None:
        """The sequence gives up its lane."""
        if self._tap is not None and sequence.lane is not None:
            self._credit(sequence.lane.id)

    def _credit(self, lane: int) -> None:
        assert self._tap is not None, "asked for by the callers"
        role = self._roles.get(lane)
        if role is not None:
            self.usage += ExpertUsage({role: self._tap.take(lane)})
