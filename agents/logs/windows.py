"""Reads a log in one pass: blocks of whole lines, each with what stands before and after it.

Memory stays bounded whatever comes: a line without an end is cut into pieces of a block. UTF-16
becomes UTF-8 on the way.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

BLOCK = 1 << 20
BEFORE = 48 << 10
AFTER = 24 << 10


class Stream(Protocol):
    """Where bytes come from."""

    def read(self, size: int, /) -> bytes:
        """At most so many; none at the end."""
        ...


@dataclass(frozen=True)
class Window:
    """Some whole lines of the log, and their surroundings."""

    data: bytes
    start: int
    """Where the lines begin that this window is about."""
    end: int
    first: int
    """The number of the line at `start`."""


def windows(stream: Stream) -> Iterator[Window]:
    """The whole stream; the parts between `start` and `end` follow each other without a gap."""
    before, first = b"", 1
    blocks = _blocks(stream)
    body = next(blocks, b"")
    while body:
        after = next(blocks, b"")
        data = before + body + after[:AFTER]
        yield Window(data, len(before), len(before) + len(body), first)
        first += body.count(b"\n")
        before = _tail(before, body)
        body = after


def _tail(before: bytes, body: bytes) -> bytes:
    """The last lines up to here, from the beginning of a line on."""
    tail = (before + body if len(body) < BEFORE else body)[-BEFORE:]
    cut = tail.find(b"\n") + 1
    return tail[cut:] if 0 < cut < len(tail) else tail


def _blocks(stream: Stream) -> Iterator[bytes]:
    """About BLOCK bytes each, up to the end of a line."""
    rest = b""
    for piece in _pieces(stream):
        data = rest + piece
        cut = data.rfind(b"\n") + 1
        if not cut and len(data) < BLOCK:
            rest = data
            continue
        cut = cut or len(data)
        yield data[:cut]
        rest = data[cut:]
    if rest:
        yield rest


def _pieces(stream: Stream) -> Iterator[bytes]:
    """As they are read, in UTF-8 or something near it."""
    first = _read(stream)
    encoding = _encoding(first[:400])
    if encoding is None:
        yield first.removeprefix(codecs.BOM_UTF8)
        while piece := _read(stream):
            yield piece
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    piece = first
    while piece:
        yield decoder.decode(piece).encode(errors="replace")
        piece = _read(stream)
    yield decoder.decode(b"", final=True).encode(errors="replace")


def _read(stream: Stream) -> bytes:
    """BLOCK bytes, fewer only at the end: a pipe gives what it has."""
    parts: list[bytes] = []
    wanted = BLOCK
    while wanted > 0 and (part := stream.read(wanted)):
        parts.append(part)
        wanted -= len(part)
    return b"".join(parts)


def _encoding(head: bytes) -> str | None:
    """UTF-16 by its mark, or by every other byte being zero; None for anything else."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    zeros = head.count(b"\0")
    if len(head) > 7 and zeros * 3 > len(head):
        return "utf-16-le" if head[1::2].count(b"\0") * 2 > zeros else "utf-16-be"
    return None
