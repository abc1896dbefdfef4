"""The whole work tree as a tree in git's object store; index and work tree stay as they are.

A copy of the index, which already knows most files, is brought up to date and written as a tree.
What is new to git is stored byte by byte. Left out, and said: large files, and those that cannot
be read; left out without a word: files that may hold secrets.
"""

import asyncio
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from agents.tools.policy import is_secret
from agents.undo.error import ROOM, SnapshotError
from agents.undo.store import Store

LARGE = 16_000_000
"""Bytes; larger files are left out."""

TOTAL = 1_000_000_000
"""Bytes that one snapshot stores anew at most."""

TRIES = 3
"""A file may vanish between a look at it and its reading."""


@dataclass(frozen=True)
class Snapshot:
    """A work tree as it was."""

    ref: str
    """The reference that keeps it."""
    tree: str
    """The id of its tree."""
    left_out: tuple[str, ...]
    """Files that are not in it."""


@dataclass(frozen=True)
class _Found:
    """A file that the index does not know as it is now."""

    name: str
    mode: str
    """As git writes it; 0 where the file is gone."""


async def keep(store: Store, ref: str, subject: str, *, exact: bool = False) -> Snapshot:
    """Store the work tree as it is now under a reference; SnapshotError where that fails. `exact`:
    also files that git takes for unchanged, but stores otherwise than they are on the disk.
    """
    try:
        with tempfile.TemporaryDirectory() as folder:
            index = Path(folder).resolve() / "index"
            # With its times: git doubts files that changed at the same time as the index.
            if store.index.exists():
                shutil.copy2(store.index, index)
            tree, left_out = await _tree(store, index, exact)
    except OSError as error:
        raise SnapshotError(f"the index could not be copied: {error}", ROOM) from error
    await store.keep(ref, tree, subject)
    return Snapshot(ref, tree, left_out)


async def _tree(store: Store, index: Path, exact: bool) -> tuple[str, tuple[str, ...]]:
    for _ in range(TRIES):
        names = await _unknown(store, index)
        if exact:
            names |= await _converted(store, index)
        found, left_out = await asyncio.to_thread(_look, store.workplace.root, sorted(names))
        try:
            if found:
                await _update(store, index, found)
            ran = await store.git("write-tree", index=index)
        except SnapshotError as error:
            failed = error
        else:
            return ran.stdout.strip(), left_out
    raise failed


async def _unknown(store: Store, index: Path) -> set[str]:
    """Files that are changed, gone, new, or in a conflict; all that git does not ignore."""
    kinds = ("--modified", "--deleted", "--others", "--exclude-standard")
    listed = await store.git("ls-files", "-z", *kinds, index=index)
    unmerged = await store.git("ls-files", "-z", "--unmerged")
    names = {name for name in listed.stdout.split("\0") if name}
    names |= {line.partition("\t")[2] for line in unmerged.stdout.split("\0") if line}
    return names


async def _converted(store: Store, index: Path) -> set[str]:
    """Files with other line endings on the disk than in git, and those that go through a filter."""
    ends = await store.git("ls-files", "-z", "--eol", index=index)
    facts = (line.partition("\t") for line in ends.stdout.split("\0") if line)
    names = {name for fact, _, name in facts if _ends_differ(*fact.split()[:2])}
    filtered = (":(top)", ":(top,exclude,attr:!filter)")
    listed = await store.git("ls-files", "-z", "--", *filtered, index=index)
    return names | {name for name in listed.stdout.split("\0") if name}


def _ends_differ(stored: str, there: str) -> bool:
    return stored.removeprefix("i/") != there.removeprefix("w/")


def _look(root: Path, names: Sequence[str]) -> tuple[list[_Found], tuple[str, ...]]:
    found: list[_Found] = []
    left_out: list[str] = []
    folders: dict[str, bool] = {}
    room = TOTAL
    for name in names:
        outer = name.rpartition("/")[0]
        if outer not in folders:
            folders[outer] = (root / outer).resolve() == root / outer
        if is_secret(PurePosixPath(name)) or name.endswith("/"):
            continue
        seen = _lstat(root / name) if folders[outer] else None
        size = seen.st_size if seen and stat.S_ISREG(seen.st_mode) else 0
        if size > min(LARGE, room) or (size and not os.access(root / name, os.R_OK)):
            left_out.append(name)
            continue
        room -= size
        if mode := _mode(seen):
            found.append(_Found(name, mode))
    return found, tuple(left_out)


def _lstat(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except OSError:
        return None


def _mode(seen: os.stat_result | None) -> str | None:
    """As git has it; None for what git does not store, such as another repository's folder."""
    if seen is None:
        return "0"
    if stat.S_ISLNK(seen.st_mode):
        return "120000"
    if stat.S_ISREG(seen.st_mode):
        return "100755" if seen.st_mode & stat.S_IXUSR else "100644"
    return None


async def _update(store: Store, index: Path, found: Sequence[_Found]) -> None:
    ids = await _ids(store, found)
    zero = "0" * len(store.id_of(b""))
    gone = [f"0 {zero}\t{each.name}" for each in found if each.mode == "0"]
    there = [f"{f.mode} {ids[f.name]}\t{f.name}" for f in found if f.mode != "0"]
    lines = "".join(f"{line}\0" for line in (*gone, *there)).encode()
    await store.git("update-index", "-z", "--index-info", stdin=lines, index=index)


async def _ids(store: Store, found: Sequence[_Found]) -> dict[str, str]:
    """The ids of the contents, which are stored."""
    ids: dict[str, str] = {}
    files = [each.name for each in found if each.mode.startswith("100")]
    stdin = "".join(f"{_quoted(name)}\n" for name in files).encode()
    how = ("hash-object", "-w", "--no-filters", "--stdin-paths")
    ran = await store.git(*how, stdin=stdin)
    ids.update(zip(files, ran.stdout.split(), strict=True))
    for name in (each.name for each in found if each.mode == "120000"):
        target = os.fsencode((store.workplace.root / name).readlink())
        ran = await store.git("hash-object", "-w", "--stdin", stdin=target)
        ids[name] = ran.stdout.strip()
    return ids


def _quoted(name: str) -> str:
    """A path as git reads it from a line."""
    return "".join(_characters(name))


def _characters(name: str) -> Iterator[str]:
    yield '"'
    for character in name:
        yield f"\\{ord(character):03o}" if character in '"\\\n' else character
    yield '"'
