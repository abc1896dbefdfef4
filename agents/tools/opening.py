"""Opens files of the repository so that no link swapped meanwhile leads the way out of it.

A path that was resolved may have become another one by the time it is opened: a folder on the way
replaced by a link. So each folder is opened in the one before, and none may be a link.
"""

import os
import stat
from pathlib import Path

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def open_inside(root: Path, path: Path) -> int:
    """A descriptor for reading the regular file at `path`, which was resolved before.

    OSError where a link is on the way by now, where it is no regular file, or where the file has
    another name (a hard link), which may be outside.
    """
    *folders, name = path.relative_to(root).parts
    place = os.open(root, FOLDER)
    try:
        for folder in folders:
            inner = os.open(folder, FOLDER, dir_fd=place)
            os.close(place)
            place = inner
        return _regular(os.open(name, FILE, dir_fd=place))
    finally:
        os.close(place)


def _regular(file: int) -> int:
    info = os.fstat(file)
    if stat.S_ISREG(info.st_mode) and info.st_nlink < 2:
        return file
    os.close(file)
    raise OSError("not a regular file of this repository alone")
