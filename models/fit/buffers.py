"""Bytes by what they are for, as llama.cpp tells its buffers apart."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Buffers:
    """What one model has on one device."""

    weights: int = 0
    kv: int = 0
    """Keys and values."""
    state: int = 0
    """What recurrent layers remember of each sequence."""
    compute: int = 0
    """Intermediate results of the largest decode."""
    output: int = 0
    """Logits that can be asked for."""

    @property
    def total(self) -> int:
        """All of them."""
        return sum(getattr(self, field.name) for field in fields(self))

    def __add__(self, other: Buffers) -> Buffers:
        """Both, kind by kind."""
        names = [field.name for field in fields(self)]
        return Buffers(**{name: getattr(self, name) + getattr(other, name) for name in names})
