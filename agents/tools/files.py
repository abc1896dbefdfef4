"""Tools that read the work tree: one file, the list of files, a search.

Each is bounded: a file of a gigabyte is streamed, a search ends after some seconds, lines are cut.
"""

import asyncio
import os
import re
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import BinaryIO

from pydantic import Field

from agents.safety import without_values
from agents.tools.excerpt import LINE_CHARS, clip_line, clip_lines
from agents.tools.git import git, only
from agents.tools.listing import list_names
from agents.tools.opening import open_inside
from agents.tools.policy import Target, is_secret, refusal
from agents.tools.process import Ran
from agents.tools.tool import Arguments, Kind, Result, Tool
from agents.tools.workplace import Workplace

SCAN_BYTES = 64_000_000
"""How far into a file lines are counted."""

SEARCH_SECONDS = 15


class ReadFile(Arguments):
    """Read a text file, with line numbers."""

    path: str
    start: int = Field(default=1, ge=1)
    """first line"""
    lines: int = Field(default=200, ge=1, le=2000)


class ListFiles(Arguments):
    """List files (git-ignored ones left out)."""

    path: str = "."
    """folder"""
    pattern: str = ""
    """glob such as *.py"""


class Search(Arguments):
    """Search file contents for a regular expression."""

    pattern: str
    path: str = "."


def read_text(workplace: Workplace, name: str, limit: int) -> str | None:
    """A whole file for our own checks; None where it is refused, missing, binary or too long."""
    try:
        path = workplace.resolve(name)
        if refusal(Target(name, path), workplace.root):
            return None
        with os.fdopen(open_inside(workplace.root, path), "rb") as file:
            data = file.read(limit + 1)
    except (OSError, ValueError):
        return None
    return None if len(data) > limit or b"\0" in data else data.decode(errors="replace")


async def _read_file(workplace: Workplace, arguments: ReadFile) -> Result:
    path = workplace.resolve(arguments.path)
    if path.is_dir():
        return Result(f"{arguments.path} is a folder; use list_files", exit_code=1)
    with os.fdopen(open_inside(workplace.root, path), "rb") as file:
        if b"\0" in file.read(8192):
            size = os.fstat(file.fileno()).st_size
            return Result(f"{arguments.path} is a binary file of {size:,} bytes", exit_code=1)
        file.seek(0)
        wanted = range(arguments.start, arguments.start + arguments.lines)
        lines, total = await asyncio.to_thread(_window, file, wanted)
    if is_secret(PurePosixPath(workplace.name(path))):
        lines = without_values(lines)
    if not total:
        return Result("(the file is empty)")
    if not lines:
        return Result(f"the file has only {total:,} lines", exit_code=1)
    return Result(_numbered(lines, arguments.start, total, workplace.budget_chars))


def _window(file: BinaryIO, wanted: range) -> tuple[list[str], int]:
    """The wanted lines, each cut, and how many lines there are in the first SCAN_BYTES."""
    lines: list[str] = []
    number, fresh = 0, True
    while file.tell() < SCAN_BYTES and (piece := file.readline(65536)):
        number += fresh
        if fresh and number in wanted:
            lines.append(clip_line(piece.decode(errors="replace").rstrip("\r\n")))
        fresh = piece.endswith(b"\n")
    return lines, number


def _numbered(lines: list[str], start: int, total: int, budget: int) -> str:
    shown: list[str] = []
    room = budget - 100
    for number, line in enumerate(lines, start):
        room -= len(line) + len(str(number)) + 2
        if room < 0 and shown:
            break
        shown.append(f"{number}\t{line}")
    end = start + len(shown)
    if start > 1 or end <= total:
        rest = f"; ask for start={end}" if end <= total else ""
        shown.append(f"… {len(shown):,} of {total:,} lines shown{rest}")
    return "\n".join(shown)


async def _list_files(workplace: Workplace, arguments: ListFiles) -> Result:
    folder = workplace.resolve(arguments.path)
    if not folder.exists():
        return Result(f"there is no {arguments.path}", exit_code=1)
    names = [
        name
        for name in await list_names(workplace, workplace.name(folder))
        if _matches(name, arguments.pattern)
    ]
    if not names:
        return Result("(no files)")
    if sum(map(len, names)) + len(names) < workplace.budget_chars - 100:
        return Result("\n".join(names))
    lines = _folded(names, workplace.name(folder))
    more = "give a folder as path, or a pattern"
    return Result(clip_lines(lines, workplace.budget_chars, len(lines), more))


def _matches(name: str, pattern: str) -> bool:
    """As in .gitignore: a pattern without a slash looks at the last part of the name."""
    if not pattern:
        return True
    if "/" not in pattern:
        return fnmatchcase(name.rpartition("/")[2], pattern)
    return fnmatchcase(name, pattern) or fnmatchcase(name, pattern.replace("**/", ""))


def _folded(names: list[str], folder: str) -> list[str]:
    """Too many to list: the folder's own files, and of each subfolder how many are in it."""
    depth = len(PurePosixPath(folder).parts)
    heads: Counter[str] = Counter()
    for name in names:
        parts = name.split("/")
        deeper = len(parts) > depth + 1
        heads["/".join(parts[: depth + 1]) + ("/" if deeper else "")] += 1
    total = f"{len(names):,} files; of each folder only their number:"
    return [total, *(f"{h} ({n:,} files)" if h.endswith("/") else h for h, n in heads.items())]


async def _search(workplace: Workplace, arguments: Search) -> Result:
    path = workplace.name(workplace.resolve(arguments.path))
    note = ""
    ran = await _grep(workplace, "-E", _extended(arguments.pattern), path)
    if ran.exit_code > 1 and not ran.timed_out:
        ran = await _grep(workplace, "-F", arguments.pattern, path)
        note = "(not a valid regular expression, so searched for as plain text)\n"
    if ran.exit_code > 1 and not ran.stdout:
        return Result(ran.stderr.strip(), ran.exit_code)
    lines = list(_hits(workplace, ran.stdout))
    late = f"\n… stopped after {SEARCH_SECONDS} s" if ran.timed_out else ""
    if not lines:
        return Result(f"{note}(nothing found){late}", exit_code=1)
    budget = workplace.budget_chars - len(note) - len(late)
    shown = clip_lines(lines, budget, len(lines), "narrow the pattern or the path")
    return Result(note + shown + late)


async def _grep(workplace: Workplace, dialect: str, pattern: str, path: str) -> Ran:
    return await git(
        workplace,
        *("grep", "--no-textconv", "--untracked", "-I", "-n", "-z", "--no-color", dialect),
        *("-e", pattern, "--", only(path)),
        timeout=SEARCH_SECONDS,
    )


def _extended(pattern: str) -> str:
    """The commonest things that Python's expressions write differently from POSIX extended ones."""
    for python, posix in ((r"\d", "[0-9]"), (r"\t", "\t"), ("(?:", "(")):
        pattern = pattern.replace(python, posix)
    return re.sub(r"([*+}])\?", r"\1", pattern)


def _hits(workplace: Workplace, output: str) -> Iterator[str]:
    """`path:line: text` for each hit in a file that may be read."""
    refused: dict[str, bool] = {}
    for line in output.split("\n"):
        name, _, rest = line.partition("\0")
        number, _, text = re.sub("[\0:]", "\0", rest, count=1).partition("\0")
        if not number.isdigit():
            continue
        if name not in refused:
            refused[name] = _refused(workplace, name)
        if not refused[name]:
            yield f"{name}:{number}: {clip_line(text.strip(), LINE_CHARS)}"


def _refused(workplace: Workplace, name: str) -> bool:
    try:
        return refusal(Target(name, workplace.resolve(name)), workplace.root) is not None
    except (OSError, ValueError):
        return True


READ_FILE = Tool("read_file", Kind.READ, ReadFile, _read_file, paths=("path",))
LIST_FILES = Tool("list_files", Kind.READ, ListFiles, _list_files, paths=("path",))
SEARCH = Tool("search", Kind.READ, Search, _search, paths=("path",))
