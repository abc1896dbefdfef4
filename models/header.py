"""The header of a GGUF file, checked before llama.cpp sees it: a broken one could abort us.

Knows the container (magic, counts, sizes, offsets) and the few values on which llama.cpp asserts
instead of raising. Reads no tensor data.
"""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path

from models.errors import ModelError
from models.ggml_types import size_of
from models.gguf_reader import Malformed, Reader, Tensor, Truncated, Value
from models.hyperparameters import check_hyperparameters

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_HINT = "name a GGUF file of a text model, or download it again"


@dataclass(frozen=True, slots=True)
class Header:
    """What a GGUF file says about itself."""

    version: int
    metadata: Mapping[str, Value]
    """Scalars as they are, arrays as type and length only."""
    tensors: tuple[Tensor, ...]
    data_start: int
    """Where the tensors' data begins, in bytes."""
    size: int
    """Bytes that the file must have for every tensor to be whole."""


def check_header(path: Path) -> Header:
    """The header of `path`, or a ModelError that says what is wrong with the file."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            if size == 0:
                raise ModelError(f"{path} is empty", _HINT)
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
                return _checked(path, mapped)
    except IsADirectoryError as error:
        raise ModelError(f"{path} is a directory, not a GGUF file", _inside(path)) from error
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror or error}", _HINT) from error


def parse_header(data: memoryview) -> Header:
    """The header of a file's bytes; raises Malformed. The data part need not be there."""
    reader = Reader(data)
    version = _version(reader)
    tensor_count = reader.count("<q", 8 + 4 + 8 + 4 + 8, "tensors")
    metadata_count = reader.count("<q", 8 + 4 + 1, "metadata values")
    metadata = _unique(reader, metadata_count)
    tensors = tuple(reader.tensors(tensor_count))
    if len({tensor.name for tensor in tensors}) < len(tensors):
        raise Malformed("two tensors have the same name")
    start = _aligned(reader.at, metadata.get("general.alignment", 32))
    end = max((_end_of(tensor) for tensor in tensors), default=0)
    check_hyperparameters(metadata, tensors)
    return Header(version, metadata, tensors, start, start + end)


def _checked(path: Path, mapped: mmap.mmap) -> Header:
    if mapped[:4] != _MAGIC:
        raise ModelError(f"{path} is not a GGUF file{_looks_like(mapped[:64])}", _HINT)
    # Exported views must be gone before the map closes, also out of an exception's frames.
    with memoryview(mapped) as data:
        failure, header = _parsed(data)
    if header is None:
        raise ModelError(f"{path} {failure}", _HINT)
    if header.size > len(mapped):
        missing = header.size - len(mapped)
        raise ModelError(f"{path} is truncated: {missing:,} bytes are missing", _HINT)
    return header


def _parsed(data: memoryview) -> tuple[str, Header | None]:
    try:
        return "", parse_header(data)
    except Truncated as error:
        return f"is truncated: {error}", None
    except Malformed as error:
        return f"is a broken GGUF file: {error}", None


def _version(reader: Reader) -> int:
    reader.at += len(_MAGIC)
    version = reader.number("<I")
    if version not in _VERSIONS:
        raise Malformed(f"its version is {version}, and only 2 and 3 are known")
    return version


def _unique(reader: Reader, count: int) -> dict[str, Value]:
    metadata: dict[str, Value] = {}
    for key, value in reader.metadata(count):
        if key in metadata:
            raise Malformed(f"it says {key} twice")
        metadata[key] = value
    return metadata


def _aligned(at: int, alignment: Value) -> int:
    if not isinstance(alignment, int) or alignment <= 0 or alignment & (alignment - 1):
        raise Malformed(f"its alignment is {alignment}, not a power of two")
    return -(-at // alignment) * alignment


def _end_of(tensor: Tensor) -> int:
    if not all(0 < length < 2**40 for length in tensor.shape) or prod(tensor.shape) >= 2**60:
        raise Malformed(f"tensor {tensor.name!r} has the shape {tensor.shape}")
    return tensor.offset + size_of(tensor)


def _looks_like(start: bytes) -> str:
    if start.startswith(b"version https://git-lfs"):
        return " but a Git LFS pointer to one"
    if start.lstrip().lower().startswith((b"<!doctype", b"<html")):
        return " but a web page"
    return ""


def _inside(path: Path) -> str:
    found = sorted(path.glob("*.gguf"))
    return f"did you mean {found[0]}?" if found else _HINT
