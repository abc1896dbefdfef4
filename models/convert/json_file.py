"""JSON files of a checkpoint: read whole, refused by name where they are none."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import JsonValue

from models.errors import ModelError

_MOST = 256 << 20
"""Bytes; the largest tokenizer of the Qwen3 models has 11 MB."""


def read_json(path: Path) -> dict[str, JsonValue]:
    """The object that `path` holds; ModelError where it is missing or something else."""
    value = parse_json(read_text(path), str(path))
    if not isinstance(value, dict):
        raise ModelError(f"{path} is no JSON object", "copy the file from the model's repository")
    return value


def read_text(path: Path) -> str:
    """The text of a file of sensible size."""
    try:
        if not path.is_file():
            raise ModelError(f"{path} is missing", "copy it from the model's repository")
        if path.stat().st_size > _MOST:
            raise ModelError(f"{path} is too large to be what its name says", "look at the file")
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise ModelError(f"{path} is not UTF-8", "copy it from the model's repository") from error
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror}", "mend its permissions") from error


def parse_json(text: str | bytes, name: str) -> JsonValue:
    """The value of a JSON text that is called `name`."""
    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{name} is broken JSON: {error}", "copy it again") from error
    return value
