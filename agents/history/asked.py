"""One question to git, answered or refused: `HistoryError` carries git's own words."""

from agents.tools.git import git
from agents.tools.workplace import Workplace


class HistoryError(ValueError):
    """Git cannot answer; the text is a sentence that a person or a model can act on."""


async def asked(
    workplace: Workplace,
    *arguments: str,
    timeout: float = 20,  # noqa: ASYNC109 - the process is what must end
    max_bytes: int = 4_000_000,
) -> str:
    """What git prints; HistoryError where it fails."""
    ran = await git(workplace, *arguments, timeout=timeout, max_bytes=max_bytes)
    if ran.exit_code:
        raise HistoryError(first_line(ran.stderr) or f"git {arguments[0]} ended: {ran.exit_code}")
    return ran.stdout


async def commit_of(workplace: Workplace, revision: str) -> str:
    """The full id of the commit that a revision names; HistoryError where it names none."""
    ran = await git(
        workplace,
        *("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"),
    )
    if ran.exit_code:
        raise HistoryError(f"there is no branch, tag or commit {revision!r}")
    return ran.stdout.strip()


def first_line(text: str) -> str:
    """The first line that says something, without git's `fatal:`."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    return line.removeprefix("fatal: ").removeprefix("error: ").strip()
