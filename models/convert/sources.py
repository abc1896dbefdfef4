"""The checkpoint's tensors as a plan takes them: each must be there, and have the right shape."""

from __future__ import annotations

from collections.abc import Iterable

from models.convert.checkpoint import ITEM_SIZES, Stored, StoredTensor
from models.errors import ModelError

_UNUSED = (".rotary_emb.inv_freq", ".attention.bias", ".attention.masked_bias")
"""Ends of names that hold no weights."""
_HINT = "config.json and the safetensors must be of one checkpoint"


class Sources:
    """Hands out tensors by name and knows which nobody asked for."""

    def __init__(self, stored: Stored) -> None:
        self.stored = stored
        """All that there is."""
        self._taken: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self.stored

    def take(self, name: str, shape: tuple[int, ...]) -> StoredTensor:
        """The tensor; ModelError where it is missing or cannot be what the plan takes it for."""
        tensor = self.stored.get(name)
        if tensor is None:
            raise ModelError(f"tensor {name!r} is missing", _HINT)
        if tensor.shape != shape:
            raise ModelError(
                f"tensor {name!r} is {_written(tensor.shape)}, and must be {_written(shape)}", _HINT
            )
        if tensor.dtype not in ITEM_SIZES:
            raise ModelError(
                f"tensor {name!r} is {tensor.dtype}; {', '.join(ITEM_SIZES)} can be converted",
                "take the checkpoint in BF16",
            )
        self._taken.add(name)
        return tensor

    def check_all_taken(self) -> None:
        """ModelError where tensors are left that the model would miss."""
        if left := sorted(name for name in self._left() if not name.endswith(_UNUSED)):
            more = f" (and {len(left) - 1} more)" if len(left) > 1 else ""
            raise ModelError(f"tensor {left[0]!r}{more} has no place in this architecture", _HINT)

    def _left(self) -> Iterable[str]:
        return self.stored.keys() - self._taken


def _written(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "a single number"
