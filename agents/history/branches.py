"""The repository's branches: how far ahead and behind, merged or stale."""

import time
from dataclasses import dataclass

from agents.history.asked import HistoryError, asked
from agents.tools.git import git
from agents.tools.workplace import Workplace

MOST = 12
"""Branches that are compared, those with the latest commits."""

STALE_DAYS = 90

_USUAL = ("main", "master", "trunk", "develop")


@dataclass(frozen=True)
class Branch:
    """A local branch, compared with the default one."""

    name: str
    ahead: int
    """Commits that the default branch does not have."""
    behind: int
    """Commits of the default branch that it does not have."""
    age_days: int
    """Days since its last commit."""

    @property
    def merged(self) -> bool:
        """Whether the default branch has all of it."""
        return self.ahead == 0

    @property
    def stale(self) -> bool:
        """Whether nobody has worked on it for a long time."""
        return self.age_days >= STALE_DAYS


async def default_branch(workplace: Workplace) -> str:
    """The branch that others are merged into, such as origin/main; HistoryError if none is known.

    What the remote says comes first; then the usual names, the remote's before the local ones.
    """
    head = await git(workplace, "symbolic-ref", "--quiet", "refs/remotes/origin/HEAD")
    if head.exit_code == 0:
        return head.stdout.strip().removeprefix("refs/remotes/")
    names = await _refs(workplace, "refs/heads", "refs/remotes/origin")
    for usual in _USUAL:
        for name in (f"origin/{usual}", usual):
            if name in names:
                return name
    local = await _refs(workplace, "refs/heads")
    if len(local) == 1:
        return next(iter(local))
    raise HistoryError("no default branch is known: no origin/HEAD, main, master, trunk or develop")


async def branches(workplace: Workplace, now: float | None = None) -> tuple[Branch, ...]:
    """The local branches but the default one, the latest first; HistoryError as above."""
    default = await default_branch(workplace)
    output = await asked(
        workplace,
        *("for-each-ref", "--sort=-committerdate", f"--count={MOST}", "refs/heads"),
        "--format=%(refname:lstrip=2)%09%(committerdate:unix)",
    )
    today = time.time() if now is None else now
    rows = (line.split("\t") for line in output.splitlines())
    return tuple(
        [
            await _compared(workplace, default, name, max(0, int((today - int(when)) // 86400)))
            for name, when in rows
            if name not in {default, default.removeprefix("origin/")}
        ]
    )


async def _compared(workplace: Workplace, default: str, name: str, age: int) -> Branch:
    sides = f"{_full(default)}...refs/heads/{name}"
    counted = await asked(workplace, "rev-list", "--left-right", "--count", sides, "--")
    behind, ahead = map(int, counted.split())
    return Branch(name, ahead, behind, age)


def _full(name: str) -> str:
    return f"refs/remotes/{name}" if name.startswith("origin/") else f"refs/heads/{name}"


async def _refs(workplace: Workplace, *where: str) -> frozenset[str]:
    output = await asked(workplace, "for-each-ref", "--format=%(refname:lstrip=2)", *where)
    return frozenset(output.split())
