"""What comes next: the models of this wave of work and of those after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

NEVER = 1 << 30
"""The distance of a model that nobody will ask for, as far as is known."""


class Ahead:
    """The waves that were told last; nothing is known where none were."""

    def __init__(self, waves: Sequence[Sequence[Path]] = ()) -> None:
        self._waves = tuple(tuple(wave) for wave in waves)

    def distance(self, path: Path) -> int:
        """Waves until the model is needed: 0 now, `NEVER` where no wave names it."""
        at = (n for n, wave in enumerate(self._waves) if path in wave)
        return next(at, NEVER)

    def paths(self) -> Iterator[Path]:
        """The models of all waves, each once, the next first."""
        yield from dict.fromkeys(path for wave in self._waves for path in wave)
