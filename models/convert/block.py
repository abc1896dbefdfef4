"""A part of the model, a layer mostly, whose tensors share the beginning of their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from models.convert.architecture import Architecture, Kind
from models.convert.checkpoint import StoredTensor
from models.convert.numbers import Change
from models.convert.planned import Planned, Run
from models.convert.sources import Sources


@dataclass(frozen=True, slots=True)
class Block:
    """Plans tensors of one part."""

    architecture: Architecture
    sources: Sources
    source: str
    """How names begin in the checkpoint: `model.layers.3.`."""
    target: str
    """And in the GGUF: `blk.3.`."""

    def has(self, source: str) -> bool:
        """Whether the checkpoint has it."""
        return self.source + source in self.sources

    def take(self, source: str, *shape: int) -> StoredTensor:
        """A tensor of the checkpoint, which must have that shape."""
        return self.sources.take(self.source + source, shape)

    def whole(self, target: str, source: str, *shape: int, change: Change = Change.KEEP) -> Planned:
        """A tensor that is one of the checkpoint's."""
        run = Run(self.take(source, *shape), 0, prod(shape))
        return Planned(self.target + target, shape, (run,), change)

    def norm(self, target: str, source: str, size: int) -> Planned:
        """A norm; Qwen3-Next stores what it multiplies with less one."""
        less_one = self.architecture.kind is Kind.NEXT
        change = Change.PLUS_ONE if less_one else Change.KEEP
        return self.whole(target, source, size, change=change)

    def joined(self, target: str, shape: tuple[int, ...], runs: Sequence[Run]) -> Planned:
        """A tensor that is put together."""
        return Planned(self.target + target, shape, tuple(runs))
