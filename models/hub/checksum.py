"""Whether the bytes on disk are those that the hub speaks of."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from models.hub.remote import RemoteFile

_GIT = re.compile(r"[0-9a-f]{40}")
_PIECE = 1 << 22


def is_whole(path: Path, file: RemoteFile) -> bool:
    """Whether a file has the size and the checksum that the hub gives.

    Large files are kept with LFS and known by their SHA-256; others by git's SHA-1, their ETag. A
    mirror that gives neither is believed.
    """
    if path.stat().st_size != file.size:
        return False
    if file.sha256:
        return _digest(path, hashlib.sha256()) == file.sha256
    if _GIT.fullmatch(file.etag):
        begun = hashlib.sha1(b"blob %d\0" % file.size, usedforsecurity=False)
        return _digest(path, begun) == file.etag
    return True


def _digest(path: Path, begun: hashlib._Hash) -> str:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            begun.update(piece)
    return begun.hexdigest()
