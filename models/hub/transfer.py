"""The bytes of one file, into a partial file beside the blobs: what is there is not fetched again.

A failure is waited out and gone on from; so is a pull that was stopped. The partial file is locked,
so that two pulls do not write the same one.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from models.errors import ModelError
from models.hub.refusals import CutShort, unwritable
from models.hub.remote import RemoteFile
from models.hub.server import Server
from models.hub.watcher import Watcher

if TYPE_CHECKING:
    from httpx2 import Response

WINDOW = 16 * 1024**3
"""Bytes of one request: delivery networks give 50 GB at once at most, and ranges of more."""

_WORTH = 1 << 16
"""Bytes after which a connection that breaks has done something: failures count anew."""


@contextmanager
def opened(partial: Path, name: str) -> Iterator[BinaryIO]:
    """The partial file, for adding to it; a ModelError where another pull has it."""
    partial.parent.mkdir(parents=True, exist_ok=True)
    with partial.open("ab") as out:
        if not _locked(out) or not _still(partial, out):
            raise ModelError(f"{name} is being pulled already", "wait for the other pull to end")
        yield out


def transfer(server: Server, file: RemoteFile, out: BinaryIO, watcher: Watcher) -> None:
    """Add to `out` what it lacks of the file; a CadreError where that cannot be had."""
    failures = 0
    if out.tell() > file.size:
        _empty(out, watcher)
    while (have := out.tell()) < file.size:
        problem = _attempt(server, file, out, watcher)
        if out.tell() - have >= _WORTH:
            failures = 0
        if problem is not None and out.tell() < file.size:
            failures += 1
            server.wait(problem, failures, file.path, file.repository)
    out.flush()
    os.fsync(out.fileno())


def _attempt(server: Server, file: RemoteFile, out: BinaryIO, watcher: Watcher) -> Exception | None:
    """One request and what came of it; the failure, where it was one."""
    from httpx2 import HTTPError, InvalidURL
    from huggingface_hub.errors import HfHubHTTPError

    end = min(file.size, out.tell() + WINDOW)
    try:
        with server.bytes(file, out.tell(), end - 1) as response:
            if not _goes_on(response, out.tell()):
                _empty(out, watcher)
            _append(response, out, file.size, watcher)
    except HfHubHTTPError as error:
        if error.response.status_code != 416:
            return error
        _empty(out, watcher)  # what we have is longer than what the hub has
    except (HTTPError, InvalidURL, OSError) as error:
        return error
    return CutShort() if out.tell() < end else None


def _append(response: Response, out: BinaryIO, size: int, watcher: Watcher) -> None:
    """The answer's bytes, up to the size of the file and no further."""
    room = size - out.tell()
    for piece in response.iter_raw():  # as it comes: pieces of a size would be lost where it breaks
        wanted = piece[:room]
        try:
            out.write(wanted)
        except OSError as error:
            raise unwritable(error) from error
        watcher.advance(len(wanted))
        room -= len(wanted)
        if len(wanted) < len(piece):
            return


def _goes_on(response: Response, start: int) -> bool:
    """Whether the answer begins where we are; else it begins where the file does."""
    if response.status_code != 206:
        return start == 0
    unit, _, rest = response.headers.get("content-range", "").partition(" ")
    if unit.lower() == "bytes" and rest.partition("-")[0].strip() == str(start):
        return True
    raise CutShort


def _empty(out: BinaryIO, watcher: Watcher) -> None:
    watcher.advance(-out.tell())
    out.truncate(0)
    out.seek(0)


def _locked(out: BinaryIO) -> bool:
    try:
        fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # the disk knows no locks
    return True


def _still(partial: Path, out: BinaryIO) -> bool:
    """Whether the file is still there under its name: a pull may have ended meanwhile."""
    try:
        return os.path.samestat(os.fstat(out.fileno()), partial.stat())
    except FileNotFoundError:
        return False
