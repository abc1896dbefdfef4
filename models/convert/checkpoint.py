"""The tensors of a checkpoint: which file holds them and where. Reads headers, never data.

A checkpoint is one `model.safetensors`, or shards with `model.safetensors.index.json`. Format:
https://github.com/huggingface/safetensors#format. What a header says is held against its file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TypeGuard

from pydantic import JsonValue

from models.convert.json_file import parse_json, read_json
from models.errors import ModelError

Stored = dict[str, "StoredTensor"]

ITEM_SIZES = {"F32": 4, "F16": 2, "BF16": 2}
"""Bytes of a number of each type that can be converted."""
_OTHER_SIZES = {
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1, "U16": 2, "I16": 2,
    "U32": 4, "I32": 4, "U64": 8, "I64": 8, "F64": 8,
}  # fmt: skip
_INDEX = "model.safetensors.index.json"
_SHARD = re.compile(r"model-(\d{5})-of-(\d{5})\.safetensors")
_LONGEST_HEADER = 100_000_000
"""Bytes; the limit of the safetensors library."""
_AGAIN = "download the file again"


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """Where a tensor lies."""

    name: str
    file: Path
    offset: int
    """Of its first byte in the file."""
    shape: tuple[int, ...]
    dtype: str
    """In safetensors' words: `BF16`."""


def read_checkpoint(folder: Path) -> Stored:
    """Every tensor of the checkpoint in `folder`, by name."""
    stored: Stored = {}
    for path in _files(folder):
        for tensor in read_header(path):
            if tensor.name in stored:
                other = stored[tensor.name].file.name
                raise ModelError(
                    f"tensor {tensor.name!r} stands in {other} and in {path.name}",
                    "take the files of one checkpoint alone",
                )
            stored[tensor.name] = tensor
    _check_index(folder, stored)
    return stored


def read_header(path: Path) -> list[StoredTensor]:
    """The tensors of one safetensors file."""
    try:
        if not path.is_file():
            raise ModelError(f"{path} is no file", _AGAIN)
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            length = int.from_bytes(file.read(8), "little")
            if size < 8 or length > size - 8:
                raise ModelError(f"{path} is truncated, or no safetensors file", _AGAIN)
            if length > _LONGEST_HEADER:
                raise ModelError(f"{path} claims a header of {length:,} bytes", _AGAIN)
            header = parse_json(file.read(length), f"the header of {path}")
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror}", "mend its permissions") from error
    if not isinstance(header, dict):
        raise ModelError(f"the header of {path} is no JSON object", _AGAIN)
    entries = [item for item in header.items() if item[0] != "__metadata__"]
    return [_tensor(path, 8 + length, size, name, entry) for name, entry in entries]


def _tensor(path: Path, start: int, size: int, name: str, entry: JsonValue) -> StoredTensor:
    """The tensor that an entry of the header describes, where it can be true."""
    about = entry if isinstance(entry, dict) else {}
    dtype, shape, offsets = about.get("dtype"), about.get("shape"), about.get("data_offsets")
    sizes = ITEM_SIZES | _OTHER_SIZES
    if not isinstance(dtype, str) or dtype not in sizes or not _whole(shape) or not _whole(offsets):
        raise ModelError(f"{path.name}: tensor {name!r} is not described", _AGAIN)
    counts, places = tuple(map(int, shape)), tuple(map(int, offsets))
    if len(places) != 2 or places[1] - places[0] != prod(counts) * sizes[dtype]:
        raise ModelError(f"{path.name}: tensor {name!r} has another size than its shape", _AGAIN)
    if start + places[1] > size:
        raise ModelError(f"{path.name}: tensor {name!r} lies beyond the end of the file", _AGAIN)
    return StoredTensor(name, path, start + places[0], counts, dtype)


def _whole(value: JsonValue) -> TypeGuard[list[int]]:
    """Whether it is a list of whole numbers, none of them negative."""
    return isinstance(value, list) and all(type(n) is int and n >= 0 for n in value)


def _files(folder: Path) -> list[Path]:
    """The safetensors files of the checkpoint, all of them there."""
    index = folder / _INDEX
    names = sorted(set(_weight_map(index).values())) if index.exists() else _unindexed(folder)
    if not names:
        raise ModelError(f"{folder} holds no safetensors", _other_weights(folder))
    if missing := [name for name in names if not (folder / name).is_file()]:
        raise ModelError(
            f"{folder}: {len(missing)} of {len(names)} shards are missing: {_some(missing)}",
            "download the missing files into the folder",
        )
    return [folder / name for name in names]


def _weight_map(index: Path) -> dict[str, str]:
    """Which file the index names for each tensor."""
    weight_map = read_json(index).get("weight_map")
    if not isinstance(weight_map, dict) or not weight_map:
        raise ModelError(f"{index} has no weight_map", _AGAIN)
    named: dict[str, str] = {}
    for tensor, name in weight_map.items():
        if not isinstance(name, str) or name != Path(name).name or "\\" in name:
            raise ModelError(f"{index} names a file outside of the folder: {name!r}", _AGAIN)
        named[tensor] = name
    return named


def _unindexed(folder: Path) -> list[str]:
    """The files where no index names them; with the missing ones of a set that counts itself."""
    names = sorted(path.name for path in folder.glob("model*.safetensors"))
    shards = [match for name in names if (match := _SHARD.fullmatch(name))]
    counts = sorted({int(match[2]) for match in shards})
    places = ((number, count) for count in counts for number in range(1, count + 1))
    sets = (f"model-{number:05}-of-{count:05}.safetensors" for number, count in places)
    return sorted({*names, *sets})


def _check_index(folder: Path, stored: Stored) -> None:
    """Each tensor that the index names must be where it says."""
    index = folder / _INDEX
    if not index.exists():
        return
    for name, file in _weight_map(index).items():
        if name not in stored or stored[name].file.name != file:
            raise ModelError(f"tensor {name!r} is not in {file}, where the index says", _AGAIN)


def _other_weights(folder: Path) -> str:
    if any(folder.glob("*.bin")) or any(folder.glob("*.pt*")):
        return "only safetensors are read: save the model with safe_serialization"
    return "name the folder that holds model.safetensors"


def _some(names: Iterable[str]) -> str:
    first, *rest = names
    return f"{first} and {len(rest)} more" if rest else first
