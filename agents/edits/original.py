"""A file as it is before an edit, looked at without following a link.

Here the policy is asked again, at the moment of use, and whatever is no ordinary small text file
of this repository alone is refused.
"""

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import PurePosixPath

from agents.edits import folder
from agents.edits.refused import Refused
from agents.tools.policy import Target, is_secret, refusal
from agents.tools.workplace import Workplace

LIMIT = 2_000_000
"""Bytes; larger files are data, and nobody would read their diff."""


@dataclass(frozen=True)
class Original:
    """What stands at a path."""

    name: str
    """Relative to the root, links in its folders followed, with forward slashes."""
    content: bytes | None = None
    """None where there is no file."""
    mode: int | None = None
    """Its permission bits."""

    @property
    def folders(self) -> tuple[str, ...]:
        """The parts of the path above the file."""
        return PurePosixPath(self.name).parts[:-1]

    @property
    def last(self) -> str:
        """The file's own name."""
        return PurePosixPath(self.name).name


def look(workplace: Workplace, requested: str, limit: int = LIMIT) -> Original:
    """The file at the path, or that there is none; Refused where it may not be edited."""
    name = _allowed(workplace, requested)
    empty = Original(name)
    try:
        with folder.opened(workplace.root, empty.folders) as outer:
            return _read(empty, outer, limit)
    except FileNotFoundError:
        return empty
    except OSError as error:
        raise Refused(f"{requested} cannot be opened: {_why(error)}") from error


def _allowed(workplace: Workplace, requested: str) -> str:
    """The path relative to the root."""
    if is_secret(PurePosixPath(requested)):
        raise Refused(f"{requested!r} may hold secrets and may only be read")
    try:
        target = Target(requested, workplace.resolve(requested))
    except (OSError, ValueError):
        target = Target(requested, None)
    if reason := refusal(target, workplace.root):
        raise Refused(reason)
    path = workplace.resolve(requested)
    name = workplace.name(path)
    if (workplace.root / requested).is_symlink():
        raise Refused(f"{requested} is a link to {name}; edit that file instead")
    if requested.endswith("/") or path.is_dir():
        raise Refused(f"{requested} is a folder, not a file")
    return name


def _read(empty: Original, outer: int, limit: int) -> Original:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with os.fdopen(os.open(empty.last, flags, dir_fd=outer), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise Refused(f"{empty.name} is no ordinary file")
        if found.st_nlink > 1:
            raise Refused(f"{empty.name} has {found.st_nlink} hard links; one may lie elsewhere")
        content = file.read(limit + 1)
    if len(content) > limit:
        raise Refused(f"{empty.name} is larger than {limit:,} bytes")
    return Original(empty.name, content, stat.S_IMODE(found.st_mode))


def _why(error: OSError) -> str:
    match error.errno:
        case errno.ELOOP:
            return "a part of the path is a link"
        case errno.ENOTDIR:
            return "a part of the path is a link or a file"
        case _:
            return error.strerror or str(error)
