"""The header of a GGUF file, checked before llama.cpp sees it: a broken one could abort us.

Knows the container (magic, counts, sizes, offsets) and the few values on which llama.cpp asserts
instead of raising. Reads no tensor data.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from pathlib import Path

from models.errors import ModelError
from models.ggml_types import size_of
from models.gguf_reader import Malformed, Reader, Tensor, Truncated, Value
from models.hyperparameters import check_hyperparameters

LONGEST = 64 * 2**20
"""Bytes that a header may have; those of large vocabularies have up to 16 MiB."""
_STEPS = (0, 16 * 2**20, LONGEST)
"""Most headers are whole in the first step of reading."""
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
    size = size_of_file(path)
    try:
        header, _ = read_header(blocks_of(path), size)
        check_hyperparameters(header.metadata, header.tensors)
    except Malformed as error:
        raise broken(str(path), error) from error
    if header.size > size:
        missing = header.size - size
        raise ModelError(f"{path} is truncated: {missing:,} bytes are missing", _HINT)
    return header


def size_of_file(path: Path) -> int:
    """Its bytes; a ModelError where it cannot be a GGUF file."""
    try:
        found = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    except ValueError as error:  # a nought in its name
        raise ModelError(f"cannot read {path}: {error}", _HINT) from error
    if stat.S_ISDIR(found.st_mode):
        raise ModelError(f"{path} is a directory, not a GGUF file", _inside(path))
    if not stat.S_ISREG(found.st_mode):
        raise ModelError(f"{path} is no file", _HINT)
    if not found.st_size:
        raise ModelError(f"{path} is empty", _HINT)
    return found.st_size


def blocks_of(path: Path) -> Iterator[bytes]:
    """The beginning of the file, as far as a header may go. Read, not mapped: a file that shrinks
    under a map ends the process."""
    try:
        with path.open("rb") as file:
            for start, end in pairwise(_STEPS):
                if block := file.read(end - start):
                    yield block
    except OSError as error:
        raise _unreadable(path, error) from error


def read_header(blocks: Iterable[bytes], size: int | None) -> tuple[Header, bytes]:
    """The header of a file of `size` bytes, and what was read of it: blocks until it is whole.

    Raises Malformed. What llama.cpp would abort on is not looked for, and the data part need not be
    there.
    """
    data, stopped = b"", Truncated("it ends inside its header")
    for block in blocks:
        data += block
        try:
            return _container(data, size), data
        except Truncated as error:
            stopped = error
    if len(data) >= LONGEST:
        raise Malformed(f"its header is longer than {LONGEST // 2**20} MiB")
    raise stopped


def parse_header(data: bytes | memoryview) -> Header:
    """The header of a file's bytes; raises Malformed. The data part need not be there."""
    header = _container(bytes(data), None)
    check_hyperparameters(header.metadata, header.tensors)
    return header


def broken(name: str, error: Malformed) -> ModelError:
    """What a person is told of a file that has no header."""
    if isinstance(error, Foreign):
        return ModelError(f"{name} {error}", _HINT)
    kind = "is truncated" if isinstance(error, Truncated) else "is a broken GGUF file"
    return ModelError(f"{name} {kind}: {error}", _HINT)


class Foreign(Malformed):
    """The bytes never were a GGUF file."""


def _container(data: bytes, size: int | None) -> Header:
    if data[:4] != _MAGIC:
        raise Foreign(f"is not a GGUF file{_looks_like(data[:64])}")
    reader = Reader(data, size=min(LONGEST, len(data) if size is None else size))
    version = _version(reader)
    tensor_count = reader.count("<q", 8 + 4 + 8 + 4 + 8, "tensors")
    metadata_count = reader.count("<q", 8 + 4 + 1, "metadata values")
    metadata = _unique(reader, metadata_count)
    tensors = tuple(reader.tensors(tensor_count))
    if len({tensor.name for tensor in tensors}) < len(tensors):
        raise Malformed("two tensors have the same name")
    start = _aligned(reader.at, metadata.get("general.alignment", 32))
    end = max((_end_of(tensor) for tensor in tensors), default=0)
    return Header(version, metadata, tensors, start, start + end)


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


def _unreadable(path: Path, error: OSError) -> ModelError:
    return ModelError(f"cannot read {path}: {error.strerror or error}", _HINT)


def _inside(path: Path) -> str:
    found = sorted(path.glob("*.gguf"))
    return f"did you mean {found[0]}?" if found else _HINT
