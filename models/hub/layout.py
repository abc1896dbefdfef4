"""Where things lie in the hub's cache, and how a file gets its name there.

`models--OWNER--REPO/` holds `blobs/ETAG`, the bytes; `snapshots/COMMIT/PATH`, links to them;
`refs/main`, the commit. https://huggingface.co/docs/huggingface_hub/guides/manage-cache
"""

from __future__ import annotations

import os
import re
from pathlib import Path

_COMMIT = re.compile(r"[0-9a-f]{40}")
_ETAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
_PREFIX = "models--"
PARTIAL = ".incomplete"
"""The suffix of a blob that is not whole yet; huggingface_hub counts such files as partial too."""


def repository_folder(cache: Path, repository: str) -> Path:
    return cache / (_PREFIX + repository.replace("/", "--"))


def repository_of(folder: Path) -> str:
    """`owner/repo` of a folder in the cache; empty where it is none of a model."""
    owner, dashes, name = folder.name.removeprefix(_PREFIX).partition("--")
    return f"{owner}/{name}" if folder.name.startswith(_PREFIX) and dashes else ""


def is_commit(text: object) -> bool:
    return isinstance(text, str) and bool(_COMMIT.fullmatch(text))


def is_etag(text: str) -> bool:
    """Whether a server's ETag may name a file."""
    return bool(_ETAG.fullmatch(text)) and ".." not in text and not text.endswith(PARTIAL)


def is_path(text: object) -> bool:
    """Whether a path that a server names stays inside the folder it is meant for."""
    return (
        isinstance(text, str)
        and len(text) <= 500
        and text.isprintable()
        and "\\" not in text
        and all(part not in {"", ".", ".."} for part in text.split("/"))
    )


def snapshots(folder: Path) -> list[Path]:
    """The snapshots of a repository: that of `main` first, then the newest."""
    try:
        known = [one for one in (folder / "snapshots").iterdir() if one.is_dir()]
    except OSError:
        return []
    main = main_commit(folder)
    return sorted(known, key=lambda one: (one.name == main, one.stat().st_mtime), reverse=True)


def main_commit(folder: Path) -> str:
    """The commit that `main` was when it was last asked for."""
    try:
        return (folder / "refs" / "main").read_text().strip()
    except (OSError, UnicodeDecodeError):
        return ""


def link(blob: Path, pointer: Path) -> None:
    """Give a blob its name; where the disk knows no links, the blob itself takes it."""
    pointer.parent.mkdir(parents=True, exist_ok=True)
    pointer.unlink(missing_ok=True)  # a link to a blob that was deleted, or was another
    try:
        pointer.symlink_to(os.path.relpath(blob, pointer.parent))
    except OSError:
        blob.replace(pointer)


def remember(folder: Path, commit: str) -> None:
    """Note which commit `main` is."""
    ref = folder / "refs" / "main"
    ref.parent.mkdir(parents=True, exist_ok=True)
    ref.write_text(commit)
