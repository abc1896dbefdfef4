"""Tools that ask git: what has changed, when, and by whom."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from agents.tools.excerpt import clip_line, clip_lines
from agents.tools.git import git, only
from agents.tools.policy import Target, refusal
from agents.tools.process import Ran
from agents.tools.tool import Arguments, Kind, Result, Tool
from agents.tools.workplace import Workplace


def _revision(text: str) -> str:
    """A revision or a range. A colon would name a file inside it, past the policy."""
    if text and not re.fullmatch(r"[A-Za-z0-9_./@^~{}+][A-Za-z0-9_./@^~{}+-]*", text):
        raise ValueError("not a revision; give a branch, tag, commit or range such as main..HEAD")
    return text


Revision = Annotated[str, AfterValidator(_revision)]


class GitStatus(Arguments):
    """Show the branch and uncommitted changes."""


class GitLog(Arguments):
    """List commits, newest first."""

    path: str = "."
    revision: Revision = ""
    """branch, tag, commit or range a..b"""
    limit: int = Field(default=20, ge=1, le=200)


class GitDiff(Arguments):
    """Show changes against a revision (default HEAD), or of a range a..b."""

    revision: Revision = "HEAD"
    path: str = "."


class GitBlame(Arguments):
    """Show who last changed each line of a file."""

    path: str
    start: int = Field(default=1, ge=1)
    lines: int = Field(default=40, ge=1, le=500)


async def _git_status(workplace: Workplace, arguments: GitStatus) -> Result:
    ran = await git(workplace, "status", "--short", "--branch", filters=True)
    return _result(ran, workplace)


async def _git_log(workplace: Workplace, arguments: GitLog) -> Result:
    ran = await git(
        workplace,
        *("log", "--no-ext-diff", "--date=short", "--format=%h %ad %an: %s"),
        *(f"--max-count={arguments.limit}", "--end-of-options"),
        *filter(None, [arguments.revision]),
        *("--", only(arguments.path)),
    )
    return _result(ran, workplace)


async def _git_diff(workplace: Workplace, arguments: GitDiff) -> Result:
    how = ("diff", "--no-ext-diff", "--no-textconv", "--no-renames")
    of = ("--end-of-options", arguments.revision, "--", only(arguments.path))
    named = await git(workplace, *how, "--name-only", "-z", *of, filters=True)
    secret = [name for name in named.stdout.split("\0") if name and _secret(name, workplace)]
    without = (f":(top,exclude,literal){name}" for name in secret)
    ran = await git(workplace, *how, "--patch-with-stat", *of, *without, filters=True)
    left_out = f"(left out, may hold secrets: {', '.join(secret)})\n" if secret else ""
    result = _result(ran, workplace)
    return Result(left_out + result.text, result.exit_code)


async def _git_blame(workplace: Workplace, arguments: GitBlame) -> Result:
    ran = await git(
        workplace,
        # A configured file of revisions to ignore may be any file; git shows its first line.
        *("blame", "--no-ignore-revs-file", "--no-textconv", "--date=short"),
        *("-L", f"{arguments.start},+{arguments.lines}", "--", arguments.path),
        filters=True,
    )
    return _result(ran, workplace)


def _result(ran: Ran, workplace: Workplace) -> Result:
    if ran.exit_code:
        return Result(ran.output or f"git ended with {ran.exit_code}", ran.exit_code)
    lines = [clip_line(line) for line in ran.stdout.splitlines()]
    text = clip_lines(lines, workplace.budget_chars, len(lines), "narrow the call")
    return Result(text or "(nothing)")


def _secret(name: str, workplace: Workplace) -> bool:
    """Whether the policy refuses the file for its name; where a link leads is of no matter here."""
    return refusal(Target(name, workplace.root / name), workplace.root) is not None


GIT_STATUS = Tool("git_status", Kind.READ, GitStatus, _git_status)
GIT_LOG = Tool("git_log", Kind.READ, GitLog, _git_log, paths=("path",))
GIT_DIFF = Tool("git_diff", Kind.READ, GitDiff, _git_diff, paths=("path",))
GIT_BLAME = Tool("git_blame", Kind.READ, GitBlame, _git_blame, paths=("path",))
