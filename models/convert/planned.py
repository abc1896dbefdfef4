"""One tensor of the GGUF to be: its name, its shape, and what of the checkpoint it holds."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from models.convert.checkpoint import StoredTensor
from models.convert.numbers import Change

_EXACT = ("_norm.weight", "ffn_gate_inp.weight", "ffn_gate_inp_shexp.weight", "ssm_conv1d.weight")


@dataclass(frozen=True, slots=True)
class Run:
    """Numbers that lie one after the other, in the checkpoint as in the GGUF."""

    source: StoredTensor
    start: int
    """Of the source's numbers, the first."""
    count: int


@dataclass(frozen=True, slots=True)
class Planned:
    """A tensor and the runs that fill it, in their order."""

    name: str
    shape: tuple[int, ...]
    """As in the checkpoint, the longest step first; GGUF writes it the other way round."""
    runs: tuple[Run, ...]
    change: Change = Change.KEEP

    @property
    def count(self) -> int:
        """How many numbers it has."""
        return prod(self.shape)

    @property
    def exact(self) -> bool:
        """Whether it stays F32 whatever the rest becomes: vectors, norms, routers, convolutions."""
        weights = self.name.endswith(".weight") and not self.name.endswith(_EXACT)
        return len(self.shape) < 2 or not weights

    @property
    def sources(self) -> tuple[str, ...]:
        """Names in the checkpoint, each once."""
        return tuple(dict.fromkeys(run.source.name for run in self.runs))
