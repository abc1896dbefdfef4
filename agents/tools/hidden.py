"""Which files of the repository a command must not see, and where git keeps itself.

Secrets that git does not track are the real ones (`.env`, keys that were dropped here), so they are
hidden. What is tracked, such as a certificate that the tests use, is published with the repository
and stays. Folders that package managers fill are not looked into: what is secret there is nobody's.
"""

import asyncio
import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from agents.tools.git import git
from agents.tools.policy import is_secret
from agents.tools.sandbox import Hidden
from agents.tools.workplace import Workplace

FILLED = frozenset({"node_modules", "site-packages", "__pycache__", ".tox", ".nox", "target"})
"""Folders that hold other people's packages, or what was built of them."""

MAX_FOLDERS = 200_000


async def hidden_in(workplace: Workplace) -> Hidden:
    """Look through the work tree; OSError where that cannot be done."""
    secrets, gits = await asyncio.to_thread(_walk, workplace.root)
    tracked = await _tracked(workplace) if secrets else frozenset()
    files = [workplace.root / name for name in secrets if name not in tracked]
    again = await asyncio.to_thread(_other_names, workplace.root, files)
    return Hidden(
        files=(*files, *again, *(git for git in gits if not git.is_dir())),
        folders=tuple(git for git in gits if git.is_dir()),
    )


async def _tracked(workplace: Workplace) -> frozenset[str]:
    ran = await git(workplace, "ls-files", "-z", "--cached", max_bytes=64_000_000)
    if ran.exit_code:
        raise OSError(ran.stderr.strip() or f"git ls-files ended with {ran.exit_code}")
    return frozenset(ran.stdout.split("\0"))


def _walk(root: Path) -> tuple[list[str], list[Path]]:
    """Names of files that look like secrets, and each `.git` below the root; no links."""
    secrets: list[str] = []
    gits: list[Path] = []
    for folder, below in _folders(root):
        for entry in below:
            name = PurePath(entry.path).relative_to(root)
            if entry.is_symlink():
                continue
            if entry.name == ".git" and folder != root:
                gits.append(Path(entry.path))
            elif entry.is_file() and is_secret(name):
                secrets.append(name.as_posix())
    return sorted(secrets), sorted(gits)


def _other_names(root: Path, files: Sequence[Path]) -> list[Path]:
    """Hard links to the files, under names that say nothing."""
    found = [path.lstat() for path in files]
    linked = {_place(info) for info in found if info.st_nlink > 1}
    if not linked:
        return []
    entries = (
        entry
        for _, below in _folders(root)
        for entry in below
        if entry.is_file(follow_symlinks=False)
    )
    same = [e for e in entries if _place(e.stat(follow_symlinks=False)) in linked]
    return sorted({Path(entry.path) for entry in same} - set(files))


def _place(info: os.stat_result) -> tuple[int, int]:
    return info.st_dev, info.st_ino


def _folders(root: Path) -> Iterator[tuple[Path, list[os.DirEntry[str]]]]:
    """Every folder with what is in it; links, git's own folders and filled ones are left out."""
    waiting, seen = [root], 0
    while waiting:
        folder, seen = waiting.pop(), seen + 1
        if seen > MAX_FOLDERS:
            raise OSError(f"the repository has more than {MAX_FOLDERS:,} folders")
        try:
            with os.scandir(folder) as scan:
                below = list(scan)
        except PermissionError:
            continue
        yield folder, below
        waiting += [Path(entry.path) for entry in below if _is_own(entry)]


def _is_own(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False) and entry.name not in FILLED | {".git"}
