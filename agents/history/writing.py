"""Tools that write history: a commit of what is staged, a branch, a tag. Nothing is ever pushed.

The repository's hooks are programs of the repository, so they do not run; a signature would ask for
a passphrase, so nothing is signed. Both are said in the result.
"""

from agents.history.asked import HistoryError, asked, commit_of, first_line
from agents.history.check import broken, check_message
from agents.history.convention import Convention, Style
from agents.history.learned import learned
from agents.history.naming import NewName
from agents.history.staged import Staged, staged
from agents.history.tags import last_release, tags
from agents.history.version import parse_version
from agents.tools.git import git
from agents.tools.process import Ran
from agents.tools.tool import Arguments, Kind, Result, Tool
from agents.tools.workplace import Workplace

_QUIET = (
    *(
        "-c",
        "commit.gpgSign=false",
        "-c",
        "tag.gpgSign=false",
        "-c",
        "tag.forceSignAnnotated=false",
    ),
    *("-c", "i18n.commitEncoding=UTF-8", "-c", "core.commentChar=#"),
    *("-c", "user.useConfigOnly=true", "-c", "gc.auto=0", "-c", "maintenance.auto=false"),
)


class GitCommit(Arguments):
    """Commit what is staged (no hooks, no signature, no push)."""

    message: str
    """whole message in the repository's style"""


class GitBranch(Arguments):
    """Create a branch at HEAD and switch to it; files stay as they are."""

    name: NewName


class GitTag(Arguments):
    """Create an annotated tag at HEAD (no push)."""

    name: NewName
    message: str


async def _git_commit(workplace: Workplace, arguments: GitCommit) -> Result:
    try:
        now = await staged(workplace)
        if reason := _refused(now, arguments.message):
            return Result(reason, exit_code=1)
        notes = check_message(arguments.message, await _convention(workplace))
        ran = await _commit(workplace, arguments.message)
        if ran.exit_code:
            return Result(_why(ran), ran.exit_code)
        id = await commit_of(workplace, "HEAD")
    except HistoryError as error:
        return Result(str(error), exit_code=1)
    lines = [
        f"committed {id[:12]}: {arguments.message.strip().partition(chr(10))[0]}",
        now.stat(),
        "not run: the repository's hooks; not signed; not pushed",
        *(f"style: {note}" for note in notes),
    ]
    return Result("\n".join(lines))


async def _preview_commit(workplace: Workplace, arguments: GitCommit) -> str:
    now = await staged(workplace)
    return f"{arguments.message.strip()}\n\n{now.preview()}" if now.files else "nothing is staged"


def _refused(now: Staged, message: str) -> str:
    if faults := broken(message):
        return f"not committed: {'; '.join(faults)}"
    if now.conflicts:
        return f"not committed: unresolved conflicts in {', '.join(now.conflicts[:5])}"
    if not now.files:
        return "nothing is staged; a person stages files with git add"
    if now.secrets:
        return (
            f"not committed: {', '.join(now.secrets[:5])} may hold secrets; "
            "unstage with git restore --staged, or commit by hand"
        )
    return ""


async def _convention(workplace: Workplace) -> Convention:
    try:
        return await learned(workplace)
    except HistoryError:  # the first commit of all
        return Convention(0, Style.PLAIN, ())


async def _commit(workplace: Workplace, message: str) -> Ran:
    return await git(
        workplace,
        *(*_QUIET, "commit", "--quiet", "--no-verify", "--no-edit", "--no-status"),
        *("--cleanup=whitespace", f"--message={message}"),
        timeout=60,
        filters=True,
    )


async def _git_branch(workplace: Workplace, arguments: GitBranch) -> Result:
    """By plumbing: a checkout would run filters and could touch files."""
    ref = f"refs/heads/{arguments.name}"
    try:
        before = first_line((await git(workplace, "symbolic-ref", "--short", "HEAD")).stdout)
        head = await git(workplace, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if head.exit_code == 0:
            await asked(workplace, "branch", "--no-track", "--end-of-options", arguments.name)
        await asked(workplace, "symbolic-ref", "-m", "cadre: new branch", "HEAD", ref)
    except HistoryError as error:
        return Result(str(error), exit_code=1)
    return Result(f"on the new branch {arguments.name}, made from {before or 'a detached HEAD'}")


async def _git_tag(workplace: Workplace, arguments: GitTag) -> Result:
    if faults := broken(arguments.message):
        return Result(f"not tagged: {'; '.join(faults)}", exit_code=1)
    try:
        id = await commit_of(workplace, "HEAD")
        last = last_release(await tags(workplace))
    except HistoryError as error:
        return Result(str(error), exit_code=1)
    ran = await git(
        workplace,
        *(*_QUIET, "tag", "--annotate", "--no-sign", "--cleanup=whitespace"),
        *(f"--message={arguments.message}", "--end-of-options", arguments.name, id),
    )
    if ran.exit_code:
        return Result(_why(ran), ran.exit_code)
    odd = _unlike(arguments.name, last.name) if last else ""
    return Result(f"tagged {id[:12]} as {arguments.name}; not signed, not pushed{odd}")


def _unlike(name: str, last: str) -> str:
    """What is odd about a tag beside the last one."""
    new, old = parse_version(name), parse_version(last)
    if old and (new is None or new.prefix != old.prefix):
        return f"\nnote: the last release is called {last}; this name has another form"
    if old and new and new <= old:
        return f"\nnote: this is not above the last release, {last}"
    return ""


def _why(ran: Ran) -> str:
    said = ran.stderr.lower()
    if "auto-detection is disabled" in said or "empty ident name" in said:
        return (
            "git does not know who you are; a person runs "
            "git config --global user.name NAME and git config --global user.email ADDRESS"
        )
    if "index.lock" in said:
        return "another git is at work in this repository (index.lock); try again when it is done"
    return first_line(ran.stderr) or first_line(ran.stdout) or f"git ended with {ran.exit_code}"


GIT_COMMIT = Tool("git_commit", Kind.EDIT, GitCommit, _git_commit, preview=_preview_commit)
GIT_BRANCH = Tool("git_branch", Kind.EDIT, GitBranch, _git_branch)
GIT_TAG = Tool("git_tag", Kind.EDIT, GitTag, _git_tag)
