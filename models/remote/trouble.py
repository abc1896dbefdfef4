"""A try that failed: what to tell, and whether another try may go better."""

from __future__ import annotations

from enum import Enum, auto

from models.errors import CadreError


class Again(Enum):
    """What may be tried after a failure."""

    NEVER = auto()
    """The next answer would be the same."""
    OTHERWISE = auto()
    """At once, without what the server does not take."""
    ELSEWHERE = auto()
    """At another address, where there is one: this one is too slow."""
    SOON = auto()
    """There or elsewhere, after a pause."""


class Trouble(Exception):
    """Carries the error that the user sees if nothing else helps."""

    def __init__(
        self,
        error: CadreError,
        again: Again = Again.NEVER,
        wait: float | None = None,
        said: str = "",
    ) -> None:
        super().__init__(error.message)
        self.error = error
        self.again = again
        self.wait = wait
        """Seconds that the server asks to be left alone."""
        self.said = said
        """What the server wrote where it did not take the request; never shown as it is."""
