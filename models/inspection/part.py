"""One file of a model: its header, and what the container says of itself."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from models.errors import ModelError
from models.ggml_types import size_of
from models.gguf_reader import Malformed
from models.header import Header, broken, read_header
from models.inspection.finding import Finding
from models.inspection.tokens import Tokens, tokens_of

_ALIGNMENT = 32


class Absent(ModelError):
    """There is no such file."""


class Source(Protocol):
    """The bytes of a file, from its beginning on."""

    name: str
    """As a person may read it."""
    file: str
    """The last part of its name."""

    @property
    def size(self) -> int | None:
        """Bytes of the whole file; None where nobody tells. Asked for after the first block."""

    def blocks(self) -> Generator[bytes]:
        """Its beginning, as far as it is wanted; a ModelError where it cannot be had."""

    def sibling(self, file: str) -> Source:
        """Another file beside this one."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file that was looked at."""

    name: str
    header: Header
    tokens: Tokens
    size: int | None


def read_part(source: Source) -> Part:
    """The header of a file; a ModelError where it has none."""
    with closing(source.blocks()) as blocks:
        first = next(blocks, b"")
        try:
            header, data = read_header(chain([first], blocks), source.size)
        except Malformed as error:
            raise broken(source.name, error) from error
    return Part(source.name, header, tokens_of(header.metadata, data), source.size)


def container(part: Part) -> Iterator[Finding]:
    """Data that is not there, and tensors that do not lie where the format wants them."""
    yield from _offsets(part)
    size = part.size
    if size is not None and size < part.header.size:
        data = size - part.header.data_start
        lost = [t.name for t in part.header.tensors if t.offset + size_of(t) > data]
        yield Finding(
            rule="data",
            where=part.name,
            expected=f"{part.header.size:,} bytes",
            found=f"{size:,}: it is truncated, and {len(lost)} of {len(part.header.tensors)}"
            f" tensors are not whole, first {lost[0]}",
        )


def _offsets(part: Part) -> Iterator[Finding]:
    """The first tensor that does not follow the one before; llama.cpp refuses such a file."""
    given = part.header.metadata.get("general.alignment", _ALIGNMENT)
    alignment = given if isinstance(given, int) else _ALIGNMENT
    end = 0
    for tensor in part.header.tensors:
        if tensor.offset != end:
            yield Finding(
                rule="data",
                where=tensor.name,
                expected=f"its data at offset {end}",
                found=f"offset {tensor.offset}",
            )
            return
        end += -(-size_of(tensor) // alignment) * alignment
