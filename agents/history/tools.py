"""Tools that ask history: conflicts to come, the changelog, how commits are written here."""

from agents.finding import Finding, Severity
from agents.history.asked import HistoryError, first_line
from agents.history.branches import default_branch
from agents.history.convention import told
from agents.history.learned import learned
from agents.history.markdown import notes_text
from agents.history.merging import Merge, foresee
from agents.history.message import suggest
from agents.history.naming import Revision
from agents.history.release import release_notes
from agents.history.staged import staged
from agents.tools.excerpt import clip_lines
from agents.tools.git import git
from agents.tools.tool import Arguments, Kind, Result, Tool
from agents.tools.workplace import Workplace


class Conflicts(Arguments):
    """Foresee the conflicts of merging a branch into HEAD, without merging."""

    branch: Revision = ""
    """default: the default branch"""


class ChangelogOf(Arguments):
    """Write the changelog and release notes of a range, with the next version."""

    range: Revision = ""
    """a..b; default: since the last release"""


class CommitStyle(Arguments):
    """Show how commit messages are written here, and one for what is staged."""


async def _conflicts(workplace: Workplace, arguments: Conflicts) -> Result:
    try:
        branch = arguments.branch or await default_branch(workplace)
        merge = await foresee(workplace, branch)
    except HistoryError as error:
        return Result(str(error), exit_code=1)
    return Result(merge_text(merge), findings=conflict_findings(merge))


def merge_text(merge: Merge) -> str:
    """What would come of the merge, in lines."""
    if merge.merged:
        return f"nothing to merge: {merge.ours} has all of {merge.theirs}"
    if not merge.conflicts:
        return f"{merge.theirs} merges into {merge.ours} without a conflict"
    head = f"merging {merge.theirs} into {merge.ours} meets {len(merge.conflicts)} conflicts:"
    return "\n".join([head, *(f"{c.path}: {c.message}" for c in merge.conflicts)])


def conflict_findings(merge: Merge) -> tuple[Finding, ...]:
    """A finding for each conflict to come."""
    return tuple(
        Finding(
            severity=Severity.WARNING,
            message=f"would conflict with {merge.theirs} ({conflict.kind})",
            path=conflict.path or None,
            rule="cadre/conflict-to-come",
            tool="git",
            fix=f"merge or rebase onto {merge.theirs}, and resolve it",
        )
        for conflict in merge.conflicts
    )


async def _changelog(workplace: Workplace, arguments: ChangelogOf) -> Result:
    try:
        notes = await release_notes(workplace, arguments.range)
    except HistoryError as error:
        return Result(str(error), exit_code=1)
    lines = notes_text(notes).rstrip("\n").split("\n")
    return Result(clip_lines(lines, workplace.budget_chars, len(lines), "give a shorter range"))


async def _commit_style(workplace: Workplace, arguments: CommitStyle) -> Result:
    try:
        now = await staged(workplace)
        convention = await learned(workplace)
    except HistoryError as error:
        return Result(str(error), exit_code=1)
    branch = first_line((await git(workplace, "symbolic-ref", "--short", "HEAD")).stdout)
    message = suggest(now, convention, branch)
    proposed = (
        f"Staged:\n{now.stat()}\n\nA message for it:\n{message}"
        if message
        else ("Nothing is staged.")
    )
    return Result(f"{told(convention)}\n\n{proposed}")


CONFLICTS = Tool("conflicts", Kind.READ, Conflicts, _conflicts)
CHANGELOG = Tool("changelog", Kind.READ, ChangelogOf, _changelog)
COMMIT_STYLE = Tool("commit_style", Kind.READ, CommitStyle, _commit_style)
