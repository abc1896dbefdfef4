"""The change that a review is about: what differs from a revision, lines included.

Without a revision it is everything since the branch left the default branch, uncommitted work and
new files included; on the default branch itself it is the uncommitted work, or the last commit.
"""

import re
from collections.abc import Iterator

from agents.errors import RepositoryError
from agents.history import default_branch
from agents.history.asked import HistoryError
from agents.scope import Changed, Scope
from agents.tools.git import git
from agents.tools.workplace import Workplace

_REVISION = re.compile(r"[A-Za-z0-9_./@^~{}+][A-Za-z0-9_./@^~{}+-]*")
_FILE = re.compile(r"^\+\+\+ (?:b/(.*)|/dev/null)\t?$")
_PLACE = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@")


async def change_against(workplace: Workplace, base: str = "") -> Scope:
    """The change; RepositoryError where there is no such revision."""
    if not await _commit(workplace, "HEAD"):
        raise RepositoryError("there is no commit yet to compare with", "commit once, then review")
    if base:
        return await _against(workplace, base, await _fork(workplace, base))
    branch = await _default(workplace)
    fork = await _fork(workplace, branch) if branch else ""
    head = await _commit(workplace, "HEAD")
    if fork and fork != head:
        return await _against(workplace, branch, fork)
    uncommitted = await _against(workplace, "HEAD", "HEAD")
    if uncommitted.files or not await _commit(workplace, "HEAD~1"):
        return uncommitted
    return await _against(workplace, "HEAD~1", "HEAD~1")


async def _default(workplace: Workplace) -> str:
    """The branch that others are merged into; empty where none is known."""
    try:
        return await default_branch(workplace)
    except HistoryError:
        return ""


async def _against(workplace: Workplace, name: str, commit: str) -> Scope:
    ran = await git(
        workplace,
        *("diff", "--no-ext-diff", "--no-textconv", "--no-renames", "--no-color", "-U0"),
        *("--src-prefix=a/", "--dst-prefix=b/", "--end-of-options", commit, "--"),
        filters=True,
        max_bytes=20_000_000,
    )
    if ran.exit_code:
        raise RepositoryError(f"git cannot compare with {name}: {ran.stderr.strip()}", _HINT)
    new = await git(workplace, "ls-files", "-z", "--others", "--exclude-standard")
    added = (Changed(path=path, lines=((1, 10**9),)) for path in new.stdout.split("\0") if path)
    return Scope(base=name, files=(*_files(ran.stdout), *added))


_HINT = "name a branch, a tag or a commit with: --base REF"


async def _fork(workplace: Workplace, base: str) -> str:
    """Where the branch left `base`; `base` itself where their histories share nothing."""
    if not _REVISION.fullmatch(base) or not await _commit(workplace, base):
        raise RepositoryError(f"there is no revision {base!r}", _HINT)
    ran = await git(workplace, "merge-base", "--end-of-options", base, "HEAD")
    return ran.stdout.strip() or base


async def _commit(workplace: Workplace, revision: str) -> str:
    spec = f"{revision}^{{commit}}"
    ran = await git(workplace, "rev-parse", "--verify", "--quiet", "--end-of-options", spec)
    return ran.stdout.strip().splitlines()[-1] if ran.exit_code == 0 and ran.stdout.strip() else ""


def _files(diff: str) -> Iterator[Changed]:
    path, lines = "", list[tuple[int, int]]()
    for line in diff.split("\n"):
        if match := _FILE.match(line):
            if path:
                yield Changed(path=path, lines=tuple(lines))
            path, lines = match[1] or "", []
        elif match := _PLACE.match(line):
            first, count = int(match[1]), int(match[2] or 1)
            lines.append((first, first + max(count, 1) - 1))
    if path:
        yield Changed(path=path, lines=tuple(lines))
