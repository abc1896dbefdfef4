"""Which commits of a range count in the end: merges, reverts and fix-ups resolved. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agents.history.commit import Commit

_REVERTS = re.compile(r"[Tt]his reverts (?:commit|merge commit) ([0-9a-f]{7,64})")
_REVERT = re.compile(
    r'Revert "(?P<what>.+)"(?: *\([#!]\d+\))?|revert(?:\([^)]*\))?!?: *(?P<also>.+)'
)
_PULL = re.compile(
    r"Merge pull request #(\d{1,9}) from|^See merge request \S*!(\d{1,9})$|"
    r"Merged in \S+ \(pull request #(\d{1,9})\)",
    re.MULTILINE,
)
_FIXUP = ("fixup! ", "squash! ", "amend! ")


@dataclass(frozen=True)
class Resolved:
    """What a range comes down to."""

    commits: tuple[Commit, ...]
    """Those that count, newest first."""
    reverts: tuple[Commit, ...]
    """Those that take back a commit from before the range."""
    pulls: Mapping[str, int]
    """By commit: the pull request that brought it in by a merge."""


def resolve(commits: Sequence[Commit]) -> Resolved:
    """A revert and what it takes back cancel each other; a revert of a revert brings it back."""
    graph = _Graph(commits)
    gone: set[str] = set()
    reverts: list[Commit] = []
    for place, commit in enumerate(commits):
        if commit.id in gone or not _is_revert(commit):
            continue
        gone.add(commit.id)
        taken = _taken_back(commit, commits[place + 1 :])
        if taken is None:
            reverts.append(commit)
        else:
            gone |= {taken.id, *graph.brought_in(taken)}
    kept = [c for c in commits if c.id not in gone and not c.merge and not _fixes_up(c)]
    return Resolved(tuple(kept), tuple(reverts), _pulls(commits, graph))


def pull_of_merge(message: str) -> int | None:
    """The pull or merge request that a merge commit names."""
    match = _PULL.search(message)
    return int(next(filter(None, match.groups()))) if match else None


def _is_revert(commit: Commit) -> bool:
    return bool(_REVERT.fullmatch(commit.subject) or _REVERTS.search(commit.body))


def _fixes_up(commit: Commit) -> bool:
    return commit.subject.startswith(_FIXUP)


def _taken_back(revert: Commit, before: Sequence[Commit]) -> Commit | None:
    """By the hash that it names, else the latest commit of the subject that it names."""
    if match := _REVERTS.search(revert.body):
        return next((c for c in before if c.id.startswith(match[1])), None)
    match = _REVERT.fullmatch(revert.subject)
    named = (match["what"] or match["also"]) if match else None
    return next((c for c in before if c.subject == named), None)


def _pulls(commits: Sequence[Commit], graph: "_Graph") -> dict[str, int]:
    found: dict[str, int] = {}
    # Oldest first: what a small merge brought in keeps its number within a bigger one.
    for commit in reversed(commits):
        number = pull_of_merge(commit.message) if commit.merge else None
        if number is not None:
            for id in graph.brought_in(commit):
                found.setdefault(id, number)
    return found


class _Graph:
    """Who descends from whom: of each commit its ancestors, as the bits of one number.

    Commits come newest first; where a clock went wrong and a parent comes before its child, the
    child's ancestors are not all known.
    """

    def __init__(self, commits: Sequence[Commit]) -> None:
        self._ids = [commit.id for commit in commits]
        self._bits: dict[str, int] = {}
        for place in range(len(commits) - 1, -1, -1):
            ancestors = 1 << place
            for parent in commits[place].parents:
                ancestors |= self._bits.get(parent, 0)
            self._bits[self._ids[place]] = ancestors

    def brought_in(self, merge: Commit) -> Iterator[str]:
        """The commits that a merge added to its first parent's line; none for other commits."""
        main, *others = (self._bits.get(parent, 0) for parent in (*merge.parents, ""))
        new = 0
        for other in others:
            new |= other & ~main
        while new:
            lowest = new & -new
            yield self._ids[lowest.bit_length() - 1]
            new ^= lowest
