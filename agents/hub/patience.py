"""How long GitHub is waited for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """Bounds on one request with its repetitions."""

    seconds: int = 20
    """Without a byte for so long, a request has failed."""
    tries: int = 3
    first_wait: float = 0.5
    """After the first failure; it doubles each time."""
    longest_wait: float = 60.0
    """A rate limit that lasts longer is an error that says until when."""
