"""A file that is there whole or not at all: written as FILE.part, and renamed when all is in it."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import ModelError


@contextmanager
def written_whole(file: Path, size: int, *, force: bool) -> Iterator[Path]:
    """The path to write to, which becomes `file` at the end, or is gone after any failure.

    `size`: bytes that it will take. ModelError where `file` is there and not `force`, where there
    is no room, or where another process writes the same file.
    """
    part = file.with_name(f"{file.name}.part")
    check_free(file, force=force)
    try:
        lock = os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            with _held(lock, part):
                _check_room(part, size)
                yield part
                os.fsync(lock)
                part.replace(file)
        finally:
            os.close(lock)
    except OSError as error:
        raise _unwritable(file, error) from error


def check_free(file: Path, *, force: bool) -> None:
    """ModelError where `file` cannot be written, or is there and not to be replaced."""
    if file.is_dir():
        raise ModelError(f"{file} is a folder", "name the file to write")
    if not file.parent.is_dir():
        raise ModelError(f"{file.parent} is no folder", "make it first")
    if file.exists() and not file.is_file():
        raise ModelError(f"{file} is no file that could be replaced", "name another")
    if file.exists() and not force:
        raise ModelError(f"{file} exists", "name another file, or replace it with --force")


@contextmanager
def _held(lock: int, part: Path) -> Iterator[None]:
    """The part belongs to this process; what is left of it afterwards is removed."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ModelError(f"another process writes {part}", "wait for it to end") from None
    if not _same(lock, part):  # it was renamed before we had the lock: now it is somebody's model
        raise ModelError(f"another process has just written {part.stem}", "look at it")
    try:
        yield
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()
        raise


def _same(lock: int, part: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(lock), part.stat())
    return False


def _check_room(part: Path, size: int) -> None:
    """Room on the disk; what an interrupted run has left there will be written over."""
    free = shutil.disk_usage(part.parent).free + part.stat().st_blocks * 512
    if free < size:
        raise ModelError(
            f"{part.parent} has {free:,} bytes free, and {part.stem} takes {size:,}",
            "make room, name a file on another disk, or choose a smaller type",
        )


def _unwritable(file: Path, error: OSError) -> ModelError:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    hint = "make room, or name a file on another disk" if full else "name another file"
    return ModelError(f"cannot write {file}: {error.strerror or error}", hint)
