"""Which lines a change leaves new in each file: of changes still to come, and of git's history."""

import difflib
import re
from collections.abc import Iterator, Sequence

from agents.change import Change
from agents.tools.git import git
from agents.tools.process import Ran
from agents.tools.workplace import Workplace

MAX_BYTES = 2_000_000
"""Longer files are data; nobody asks which of their lines a test ran through."""

_HUNK = re.compile(r"@@ -\d+(?:,(?P<old>\d+))? \+(?P<start>\d+)(?:,(?P<new>\d+))? @@")

Lines = dict[str, tuple[int, ...]]
"""By file, counted from 1."""


def of_changes(changes: Sequence[Change]) -> Lines:
    """The lines that these changes would add or rewrite."""
    return {change.path: _added(change) for change in changes if change.after is not None}


async def of_revision(workplace: Workplace, revision: str) -> Lines:
    """The lines that differ from a revision, or within a range; OSError with git's words."""
    ran = await _diff(workplace, "--unified=0", revision)
    if ran.exit_code:
        raise OSError(ran.stderr.strip() or f"git diff ended with {ran.exit_code}")
    return parse(ran.stdout)


async def paths_of(workplace: Workplace, revision: str) -> tuple[str, ...]:
    """The files that differ, deleted ones too; OSError with git's words."""
    ran = await _diff(workplace, "--name-only", "-z", revision)
    if ran.exit_code:
        raise OSError(ran.stderr.strip() or f"git diff ended with {ran.exit_code}")
    return tuple(name for name in ran.stdout.split("\0") if name)


def parse(diff: str) -> Lines:
    """The new lines of a unified diff without context."""
    found: dict[str, list[int]] = {}
    path, inside = "", 0
    for line in diff.split("\n"):
        if inside and line[:1] in {"+", "-"}:
            inside -= 1
        elif line.startswith("+++ b/"):
            path = line.removeprefix("+++ b/").rstrip("\t")
            found.setdefault(path, [])
        elif line.startswith("+++ "):
            path = ""
        elif hunk := _HUNK.match(line):
            old, new = (int(hunk[n]) if hunk[n] is not None else 1 for n in ("old", "new"))
            inside = old + new
            if path and new <= MAX_BYTES:
                found[path] += range(int(hunk["start"]), int(hunk["start"]) + new)
    return {path: tuple(numbers) for path, numbers in found.items()}


async def _diff(workplace: Workplace, *words: str) -> Ran:
    *options, revision = words
    return await git(
        workplace,
        *("diff", "--no-ext-diff", "--no-textconv", "--no-renames", *options),
        *("--end-of-options", revision, "--"),
        max_bytes=20_000_000,
        filters=True,
    )


def _added(change: Change) -> tuple[int, ...]:
    before, after = change.before or b"", change.after or b""
    if max(len(before), len(after)) > MAX_BYTES:
        return ()
    return tuple(_new(before.splitlines(), after.splitlines()))


def _new(old: list[bytes], new: list[bytes]) -> Iterator[int]:
    matcher = difflib.SequenceMatcher(None, old, new)
    for tag, _, _, start, end in matcher.get_opcodes():
        if tag in {"insert", "replace"}:
            yield from range(start + 1, end + 1)
