"""One layer of settings: nested values from one place, and how to point at one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Keys = tuple[str, ...]
"""A path to one value, such as `("roles", "testing", "model")`."""


@dataclass(frozen=True)
class Layer:
    """Values from one place: a file, the environment (`variables` is its prefix), or flags."""

    name: str
    values: dict[str, Any] = field(default_factory=dict)
    file: Path | None = None
    variables: str = ""

    def leaves(self) -> Iterator[Keys]:
        """The path of every value that this layer sets."""
        return _leaves(self.values, ())

    def holds(self, keys: Sequence[str | int]) -> bool:
        """Whether this layer says anything at that path."""
        return self._walk(keys) is not None

    def value(self, keys: Sequence[str | int]) -> object:
        """What this layer says at that path."""
        found = self._walk(keys)
        return found[0] if found else None

    def origin(self, keys: Sequence[str]) -> str:
        """Where a value came from, as a person names it: `cadre.toml`, `CADRE_X`, `--model`."""
        if self.file:
            return self.name
        if self.variables:
            return self.variables + "__".join(keys).upper()
        return "--" + ("model" if keys[-1] == "model" else keys[-1].replace("_", "-"))

    def place(self, keys: Sequence[str]) -> str:
        """As `origin`, with the line in the file where it can be found."""
        line = line_of(self.file, keys) if self.file else None
        where = str(self.file) if self.file else self.origin(keys)
        return f"{where}, line {line}" if line else where

    def _walk(self, keys: Sequence[str | int]) -> tuple[object] | None:
        here: object = self.values
        for key in keys:
            if not isinstance(here, Mapping) or key not in here:
                return None
            here = here[key]
        return (here,)


def merge(layers: Sequence[Layer]) -> dict[str, Any]:
    """The values of all layers; a later one wins, value by value."""
    merged: dict[str, Any] = {}
    for layer in layers:
        _update(merged, layer.values)
    return merged


def line_of(file: Path, keys: Sequence[str]) -> int | None:
    """The line (from 1) that sets the last of `keys`; None for spellings not worth a parser."""
    table: list[str] = []
    best = None
    for number, text in enumerate(file.read_text("utf-8", "replace").splitlines(), start=1):
        if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]", text):
            table = _names(header[1])
            found = table
        elif assignment := re.match(r"\s*([\w.\"'-]+)\s*=", text):
            found = table + _names(assignment[1])
        else:
            continue
        if found == list(keys):
            return number
        if best is None and found == list(keys)[: len(found)]:
            best = number
    return best


def _names(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]


def _leaves(values: Mapping[str, Any], above: Keys) -> Iterator[Keys]:
    for key, value in values.items():
        path = (*above, key)
        if isinstance(value, Mapping):
            yield from _leaves(value, path)
        else:
            yield path


def _update(target: dict[str, Any], values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if isinstance(value, Mapping) and isinstance(target.get(key), dict):
            _update(target[key], value)
        else:
            target[key] = _copy(value)


def _copy(value: Any) -> Any:
    return (
        {key: _copy(item) for key, item in value.items()} if isinstance(value, Mapping) else value
    )
