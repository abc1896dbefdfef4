"""Conflicts to come: what a merge of two branches would stumble over, without merging.

`git merge-tree --write-tree` (git 2.38) merges in git's object store; neither the index nor the
work tree is touched. Merge drivers that are configured are programs, so git's own merge stands in
for them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from agents.history.asked import HistoryError, commit_of, first_line
from agents.tools.git import git
from agents.tools.workplace import Workplace

SECONDS = 30

_OWN_MERGE = "git merge-file -q %A %O %B"


@dataclass(frozen=True)
class Conflict:
    """One thing that a person would have to resolve."""

    path: str
    kind: str
    """Git's own name for it: contents, modify/delete, add/add, rename/delete, binary, ..."""
    message: str
    """Git's sentence."""


@dataclass(frozen=True)
class Merge:
    """What would come of a merge."""

    ours: str
    theirs: str
    conflicts: tuple[Conflict, ...]
    merged: bool = False
    """Whether there is nothing to merge: ours has all of theirs."""


async def foresee(workplace: Workplace, theirs: str, ours: str = "HEAD") -> Merge:
    """What merging `theirs` into `ours` would meet; HistoryError where that cannot be known."""
    first, second = await commit_of(workplace, ours), await commit_of(workplace, theirs)
    contained = await git(workplace, "merge-base", "--is-ancestor", second, first)
    if contained.exit_code == 0:
        return Merge(ours, theirs, (), merged=True)
    ran = await git(
        workplace,
        *await _silenced(workplace),
        *("-c", "merge.renormalize=false", "merge-tree", "--write-tree", "-z", "--messages"),
        *(first, second),
        timeout=SECONDS,
        max_bytes=8_000_000,
        filters=True,
    )
    if ran.exit_code > 1 or ran.timed_out:
        raise HistoryError(_why(first_line(ran.stderr)))
    return Merge(ours, theirs, tuple(_conflicts(ran.stdout)))


async def _silenced(workplace: Workplace) -> tuple[str, ...]:
    """Settings that put git's own merge in the place of every driver that is configured."""
    pattern = r"^merge\..*\.driver$"
    listed = await git(workplace, "config", "--name-only", "-z", "--get-regexp", pattern)
    names = sorted(set(filter(None, listed.stdout.split("\0"))))
    if any("=" in name or "\n" in name for name in names):
        raise HistoryError("this repository configures a merge driver of a strange name; not run")
    return tuple(word for name in names for word in ("-c", f"{name}={_OWN_MERGE}"))


def _conflicts(output: str) -> Iterator[Conflict]:
    """The messages stand behind the conflicted files, from which an empty field parts them.

    Each is a number, as many paths, a kind and a sentence.
    """
    words = iter(output.partition("\0\0")[2].split("\0"))
    for number in words:
        if not number.isdigit():
            return
        paths = [next(words, "") for _ in range(min(int(number), 1000))]
        kind, message = next(words, ""), next(words, "")
        if kind.startswith("CONFLICT"):
            name = kind.removeprefix("CONFLICT").strip(" ()")
            yield Conflict(paths[0] if paths else "", name, message.strip())


def _why(said: str) -> str:
    if "unrelated histories" in said:
        return "the two have no commit in common, so git would not merge them"
    if "usage" in said or "unknown option" in said or "not a git command" in said:
        return "git is too old to foresee conflicts; it takes git 2.38"
    return said or "git could not merge them"
