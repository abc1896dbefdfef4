"""One address as the wire knows it: how busy it is, whether it lives, and its ways."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from time import monotonic

from models.remote.manner import Manner

_turns = count()


class Place:
    """One address. Only the wire's thread touches it, so that nothing locks."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.open = 0
        """Calls that it has not ended."""
        self.answered = False
        """It has answered at least once."""
        self.names: tuple[str, ...] | None = None
        """The models that it lists; None: it was not asked since it last failed."""
        self._manners: dict[str, Manner] = {}
        self._left_out_until = 0.0
        self._taken = -1

    @property
    def left_out(self) -> float:
        """Seconds for which it gets no new calls while another may have them; 0: it may."""
        return max(0.0, self._left_out_until - monotonic())

    def manner(self, model: str) -> Manner:
        """What it has shown of its ways with that model."""
        return self._manners.setdefault(model, Manner())

    def take(self) -> None:
        """A call begins."""
        self.open, self._taken = self.open + 1, next(_turns)

    def fail(self, seconds: float) -> None:
        """It failed: leave it out for so long; what it serves may have changed."""
        self._left_out_until, self.names = monotonic() + seconds, None

    def recover(self) -> None:
        """It answers."""
        self._left_out_until, self.answered = 0.0, True

    @property
    def order(self) -> tuple[float, int, int]:
        """Smaller goes first: alive, with few open calls, and not the one that was last."""
        return self.left_out, self.open, self._taken


def choose(places: Sequence[Place]) -> Place:
    """The place for the next call: that which is back soonest where all are left out."""
    return min(places, key=lambda place: place.order)
