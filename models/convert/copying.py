"""The numbers of the checkpoint on their way into the file, a piece at a time.

Each worker has one piece in hand: reads it, converts it, writes it at its place. Files are read,
not mapped: one that another process cuts short is then an error, not the end of this process.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np

from models.convert.checkpoint import ITEM_SIZES, StoredTensor
from models.convert.numbers import BLOCK, OutOfRange, converted
from models.convert.placed import Placed
from models.errors import ModelError

PIECE = 1 << 19
"""Numbers at once: whole blocks, and small enough to stay in a core's cache."""
_WORKERS = min(4, os.cpu_count() or 1)
_PATIENCE = 0.2
"""Seconds between two reports."""
assert PIECE % BLOCK == 0


@dataclass(frozen=True, slots=True)
class _Piece:
    placed: Placed
    source: StoredTensor
    start: int
    count: int
    begin: int
    """Of the tensor's numbers, the first."""


class Copying:
    """Fills the file `target`, whose data part begins at `data_start`."""

    def __init__(self, target: int, data_start: int) -> None:
        self._target, self._data_start = target, data_start
        self._lock = Lock()
        self._stopped = False
        self.done = 0
        """Bytes that are written."""

    def run(self, tensors: Iterable[Placed], on_progress: Callable[[int], None]) -> None:
        """Copy all; `on_progress` hears the bytes that are done, in the caller's thread."""
        pieces = _pieces(tensors)
        with _Sources() as files, ThreadPoolExecutor(_WORKERS, "cadre-convert") as pool:
            working = {pool.submit(self._work, pieces, files) for _ in range(_WORKERS)}
            try:
                while working:
                    ended, working = wait(working, _PATIENCE, FIRST_EXCEPTION)
                    on_progress(self.done)
                    for future in ended:
                        future.result()
            finally:
                self._stopped = True

    def _work(self, pieces: Iterator[_Piece], files: _Sources) -> None:
        buffer = np.empty(PIECE * max(ITEM_SIZES.values()), np.uint8)
        while (piece := self._next(pieces)) is not None:
            size = piece.count * ITEM_SIZES[piece.source.dtype]
            raw = files.read(piece.source, piece.start, buffer[:size])
            self._write(piece, raw)

    def _next(self, pieces: Iterator[_Piece]) -> _Piece | None:
        with self._lock:
            return None if self._stopped else next(pieces, None)

    def _write(self, piece: _Piece, raw: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> None:
        placed = piece.placed
        try:
            data = converted(raw, piece.source.dtype, placed.planned.change, placed.type).data
        except OutOfRange:
            raise ModelError(
                f"tensor {piece.source.name!r} holds numbers that {placed.type} cannot hold",
                "choose the type bf16; if that does not help, the checkpoint is broken",
            ) from None
        at = self._data_start + placed.offset + placed.bytes_of(piece.begin)
        written = 0
        while written < len(data):
            written += os.pwrite(self._target, data[written:], at + written)
        with self._lock:
            self.done += written


class _Sources:
    """The checkpoint's files, each opened once."""

    def __init__(self) -> None:
        self._files: dict[Path, int] = {}
        self._lock = Lock()

    def __enter__(self) -> _Sources:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            os.close(file)

    def read(
        self, source: StoredTensor, start: int, into: np.ndarray[tuple[int], np.dtype[np.uint8]]
    ) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
        """Fill `into` with the source's numbers from `start` on."""
        file, view = self._opened(source.file), into.data
        at = source.offset + start * ITEM_SIZES[source.dtype]
        done = 0
        try:
            while done < len(view):
                got = os.preadv(file, [view[done:]], at + done)
                if not got:
                    raise ModelError(f"{source.file} became shorter meanwhile", "download it again")
                done += got
        except OSError as error:
            raise _unreadable(source, error) from error
        return into

    def _opened(self, path: Path) -> int:
        with self._lock:
            if path not in self._files:
                self._files[path] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            return self._files[path]


def _unreadable(source: StoredTensor, error: OSError) -> ModelError:
    return ModelError(f"cannot read {source.file}: {error.strerror}", "look after the disk")


def _pieces(tensors: Iterable[Placed]) -> Iterator[_Piece]:
    for placed in tensors:
        begin = 0
        for run in placed.planned.runs:
            for start in range(0, run.count, PIECE):
                count = min(PIECE, run.count - start)
                yield _Piece(placed, run.source, run.start + start, count, begin + start)
            begin += run.count
