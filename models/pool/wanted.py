"""A model that somebody wants."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.engine_options import EngineOptions


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file, how it is to be loaded, and what it takes."""

    path: Path
    """The file itself, by which it is known here."""
    named: Path
    """The same under the name that it was given: llama.cpp finds the other parts by it."""
    options: EngineOptions
    need: int
    """Bytes that it takes."""
