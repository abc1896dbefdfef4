"""One training example, and how it is written down."""

import json
from dataclasses import asdict, dataclass
from typing import Literal

Kind = Literal["plan", "state", "review", "report", "talk"]
Speaker = Literal["system", "user", "assistant", "tool"]
ROLES = ("development", "testing", "ci_cd", "github", "documentation")
"""The specialists, in the order of `agents.role.SPECIALISTS`."""


@dataclass(frozen=True)
class Said:
    """One message, as a chat template takes it."""

    role: Speaker
    content: str


@dataclass(frozen=True)
class Example:
    """What the model reads, what it may think, and what it must answer."""

    kind: Kind
    prompt: tuple[Said, ...]
    thinking: str
    """Between the tags where thinking is on; with thinking off the trainer leaves it out."""
    answer: str

    def line(self) -> str:
        """One JSON object."""
        return json.dumps(asdict(self), ensure_ascii=False)


def asked(kind: str, told: str) -> tuple[Said, ...]:
    """A prompt of the short variant: one word that says what is wanted, then the facts."""
    return (Said("system", kind), Said("user", told))
