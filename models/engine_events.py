"""What an engine tells of its work, to whoever listens; told from its thread, so be quick."""

from __future__ import annotations

from dataclasses import dataclass

from models.reuse import Reuse
from models.usage import Usage


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request is computed from now on."""

    label: str
    prompt_tokens: int
    reuse: Reuse


@dataclass(frozen=True, slots=True)
class Stepped:
    """A batch was computed."""

    sequences: int
    prefilled: int
    """Tokens of prompts in it."""
    generated: int
    used_cells: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Finished:
    """A request has its answer."""

    label: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Nobody wanted the answer any more."""

    label: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A request has no answer."""

    label: str
    error: str


EngineEvent = Admitted | Stepped | Finished | Cancelled | Failed
