"""Prefixes on disk: the state of prompts' beginnings, so that a second process starts warm.

A file a prefix, named by a hash of the model, llama.cpp's version, the parameters of the memory and
the tokens. Files are written beside and renamed, carry a checksum, and the least recently used go
when the folder grows past its bound. A bad file, or a full disk, costs time and never an answer:
it is said in the log `cadre.engine`, counted, and the file is written anew.
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
from array import array
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from models.prefix_tree import Tokens

_MAGIC = b"cadre-prefix-1\n"
_DIGEST = 16
_SUFFIX = ".prefix"
_HALF = ".half"
"""Of a file that is being written, or whose writer was killed; never read."""
_DAY = 86_400.0
"""Seconds; nobody writes one file for so long."""

_logger = logging.getLogger("cadre.engine")


class PrefixStore:
    """States by tokens, in one folder that several models and processes may share."""

    def __init__(self, folder: Path, fingerprint: str, most_bytes: int) -> None:
        """`fingerprint`: of everything that a state depends on but its tokens."""
        self.folder = folder
        self.read_count = self.written = self.bad = 0
        """Files read, written, and found broken or not writable."""
        self._fingerprint = fingerprint.encode()
        self._most_bytes = most_bytes
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="cadre-prefixes")

    def has(self, tokens: Tokens) -> bool:
        """Whether a file for these tokens is there, sound or not."""
        try:
            return self._path(tokens).exists()
        except OSError:
            return False

    def read(self, tokens: Tokens) -> bytearray | None:
        """The state, or None where there is none that can be trusted."""
        path = self._path(tokens)
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            self._complain(f"cannot read {path}: {error.strerror}")
            return None
        state = _state(raw, tokens)
        if state is None:
            self._complain(f"{path} is damaged: it is ignored and written anew")
        with suppress(OSError):  # somebody else's file, or a folder that is only read
            path.unlink(missing_ok=True) if state is None else os.utime(path)
        self.read_count += state is not None
        return state

    def write(self, tokens: Tokens, state: bytearray) -> None:
        """Keep the state; returns at once, the file is there a little later."""
        self._writer.submit(self._write, tokens, state)

    def close(self) -> None:
        """Wait for what is being written."""
        self._writer.shutdown(wait=True)

    def _path(self, tokens: Tokens) -> Path:
        key = hashlib.blake2b(self._fingerprint, digest_size=_DIGEST)
        key.update(_bytes(tokens))
        return self.folder / (key.hexdigest() + _SUFFIX)

    def _write(self, tokens: Tokens, state: bytearray) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _write_whole(self._path(tokens), _MAGIC, _digest(tokens, state), state)
            self._shrink()
        except OSError as error:
            self._complain(f"cannot keep a prefix in {self.folder}: {error.strerror}")
            return
        self.written += 1

    def _shrink(self) -> None:
        total, yesterday = 0, time.time() - _DAY
        for _, size, path in sorted(_files(self.folder, _SUFFIX), reverse=True):
            total += size
            if total > self._most_bytes:
                path.unlink(missing_ok=True)
        for written, _, path in _files(self.folder, _HALF):
            if written < yesterday:
                path.unlink(missing_ok=True)

    def _complain(self, what: str) -> None:
        self.bad += 1
        _logger.warning(what)


def fingerprint(model: Path, *parts: object) -> str:
    """What tells one model file from another without reading it whole, and `parts`."""
    size = model.stat().st_size
    key = hashlib.blake2b(digest_size=_DIGEST)
    with model.open("rb") as file:
        for at in (0, max(0, size // 2 - _SAMPLE), max(0, size - _SAMPLE)):
            file.seek(at)
            key.update(file.read(_SAMPLE))
    return "|".join(map(str, (key.hexdigest(), size, *parts)))


_SAMPLE = 4 << 20


def _files(folder: Path, suffix: str) -> Iterator[tuple[float, int, Path]]:
    """When they were last of use, their sizes and paths."""
    for path in folder.glob(f"*{suffix}"):
        with suppress(FileNotFoundError):  # another process was quicker
            stat = path.stat()
            yield stat.st_mtime, stat.st_size, path


def _write_whole(path: Path, *parts: bytes | bytearray) -> None:
    """All of it under its name, or nothing."""
    temporary = None
    try:
        with NamedTemporaryFile(dir=path.parent, suffix=_HALF, delete=False) as file:
            temporary = Path(file.name)
            for part in parts:
                file.write(part)
        temporary.replace(path)
    except OSError:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise


def _state(raw: bytes, tokens: Tokens) -> bytearray | None:
    begin = len(_MAGIC) + _DIGEST
    state = bytearray(raw[begin:])
    sound = raw.startswith(_MAGIC) and raw[len(_MAGIC) : begin] == _digest(tokens, state)
    return state if sound else None


def _digest(tokens: Tokens, state: bytearray) -> bytes:
    key = hashlib.blake2b(_bytes(tokens), digest_size=_DIGEST)
    key.update(state)
    return key.digest()


def _bytes(tokens: Tokens) -> bytes:
    return array("i", tokens).tobytes()
