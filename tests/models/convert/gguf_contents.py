"""What a GGUF holds, in a form that can be stored and compared: metadata, and hashes of tensors."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from gguf import GGUFReader

_LONG = 16
"""Of longer arrays only the length and the hash are kept."""


def contents(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The metadata by key, and of each tensor its type, shape and hash."""
    reader = GGUFReader(path)
    metadata = {
        key: [[int(type) for type in field.types], _short(field.contents())]
        for key, field in reader.fields.items()
        if not key.startswith("GGUF.")
    }
    tensors = {
        tensor.name: [
            tensor.tensor_type.name,
            [int(size) for size in tensor.shape],
            _hash(tensor.data.tobytes()),
        ]
        for tensor in reader.tensors
    }
    return metadata, tensors


def _short(value: Any) -> Any:
    if not isinstance(value, list) or len(value) <= _LONG:
        return value
    return {"count": len(value), "sha256": _hash(json.dumps(value).encode())}


def _hash(data: bytes) -> str:
    """Half of it is enough, and halves what is stored."""
    return hashlib.sha256(data).hexdigest()[:32]
