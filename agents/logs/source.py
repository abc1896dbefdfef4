"""Where a log comes from: a file, standard input, a folder or a zip of one file a step.

GitHub packs the logs of a run as `0_job.txt` for each whole job and `job/3_Name of the step.txt`
for each step. Steps are read one after the other as if they were one log, with their names.
"""

import os
import re
import stat
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, BinaryIO
from zipfile import BadZipFile, ZipFile

from agents.logs.reader import Source
from agents.logs.triage import Triage, triage, triage_parts

MOST_FILES = 2000
MOST_BYTES = 500_000_000
"""Of a zip or a folder, unpacked: more than pipelines write, and no bomb."""

Part = tuple[str, Callable[[], IO[bytes]]]


def triage_file(path: Path | None, names: Collection[str] = ()) -> Triage:
    """Triage a log, or a folder or zip of logs; None is standard input. OSError if unreadable."""
    if path is None:
        return triage(sys.stdin.buffer, names)
    if path.is_dir():
        return triage_parts(_of_steps(_files(path)), names)
    with _open(path) as file:
        if file.read(4) != b"PK\x03\x04":
            file.seek(0)
            return triage(file, names)
        file.seek(0)
        try:
            with ZipFile(file) as archive:
                return triage_parts(_of_steps(_members(archive)), names)
        except (BadZipFile, RuntimeError, NotImplementedError) as error:
            raise OSError(f"{path} is no readable zip: {error}") from error


def _open(path: Path) -> BinaryIO:
    """The file, where it is a regular one."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path} is not a regular file")
    return os.fdopen(descriptor, "rb")


class _Bounded:
    """A stream that ends after so many bytes, however many it has."""

    def __init__(self, stream: IO[bytes], left: int) -> None:
        self._stream = stream
        self.left = left

    def read(self, size: int) -> bytes:
        data = self._stream.read(min(size, self.left))
        self.left -= len(data)
        return data


def _files(folder: Path) -> Iterator[Part]:
    """The logs in a folder; links are not followed."""
    for inner, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(inner, name)
            if path.suffix in {".txt", ".log"} and not path.is_symlink():
                yield path.relative_to(folder).as_posix(), partial(_open, path)


def _members(archive: ZipFile) -> Iterator[Part]:
    for member in archive.infolist():
        if not member.is_dir() and member.filename.endswith((".txt", ".log")):
            yield member.filename, partial(archive.open, member)


def _of_steps(found: Iterable[Part]) -> Iterator[Source]:
    """In the order in which they ran; whole jobs only where there are no single steps."""
    parts = sorted(islice(found, MOST_FILES), key=lambda part: _order(part[0]))
    steps = [part for part in parts if re.search(r"/\d+_[^/]*\.txt$", part[0])] or parts
    left = MOST_BYTES
    for name, opened in steps:
        folder, _, last = name.rpartition("/")
        with opened() as file:
            stream = _Bounded(file, left)
            yield Source(stream, folder, re.sub(r"^\d+_|\.\w+$", "", last), name)
            left = stream.left


def _order(name: str) -> tuple[str, int, str]:
    folder, _, last = name.rpartition("/")
    number = re.match(r"\d{1,9}", last)
    return folder, int(number.group()) if number else 0, last
