"""How long a server is waited for, and how often it is asked again."""

from __future__ import annotations

import random
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from models.whole_number import WholeNumber

Seconds = Annotated[float, Field(gt=0, le=86_400)]
Tries = Annotated[WholeNumber, Field(ge=1, le=100)]


class Patience(BaseModel):
    """Bounds on one call with its repetitions."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    connect: Seconds = 10.0
    """Seconds until the server must have taken the connection."""
    first_token: Seconds = 600.0
    """Seconds from the request to the first token: its queue and the prompt's prefill."""
    next_token: Seconds = 120.0
    """Seconds without a token, once there was one."""
    tries: Tries = 10
    """How often a server that has answered before is asked, the first time included."""
    first_tries: Tries = 3
    """The same for one that never has: its address may be wrong."""
    first_wait: Seconds = 0.5
    """Seconds after the first failure; they double each time, and vary by a half."""
    longest_wait: Seconds = 20.0
    """Where doubling ends."""
    longest_asked: Seconds = 120.0
    """A server that asks to be left alone for longer (Retry-After) is not waited for."""
    left_out: Seconds = 30.0
    """One of several servers gets no new calls for so long after it has failed."""

    def pause(self, failures: int, asked: float | None) -> float:
        """Seconds to wait after so many failures; `asked`: what the server wants at least.

        Varied, so that those who failed together do not come back together.
        """
        doubled = min(self.first_wait * 2.0 ** min(failures - 1, 30), self.longest_wait)
        return max(doubled * random.uniform(0.5, 1.0), asked or 0.0)
