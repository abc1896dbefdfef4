"""The repository that a request is about: found, and fit to be worked on, or refused in words."""

from pathlib import Path

from agents.errors import RepositoryError
from agents.tools.git import git
from agents.tools.listing import list_names
from agents.tools.process import NOT_FOUND, CommandRunner
from agents.tools.workplace import Workplace

NAME_ANOTHER = "name another with: --repo DIR"


async def find_repository(folder: Path, run: CommandRunner) -> Workplace:
    """A workplace at the root of the git repository that `folder` is in, or RepositoryError.

    The root is where `.git` stands, not what git's `core.worktree` says: a repository could
    name the whole disk there.
    """
    if not folder.exists():
        raise RepositoryError(f"there is no directory {folder}", NAME_ANOTHER)
    if not folder.is_dir():
        raise RepositoryError(f"{folder} is a file, not a directory", NAME_ANOTHER)
    folder = folder.resolve()
    root = next((p for p in (folder, *folder.parents) if (p / ".git").exists()), None)
    if root is None:
        make = f"make it one with: git -C {folder} init, or {NAME_ANOTHER}"
        raise RepositoryError(f"{folder} is not a git repository", make)
    workplace = Workplace(root=root, run=run)
    await _check(workplace)
    return workplace


async def _check(workplace: Workplace) -> None:
    root = workplace.root
    ran = await git(workplace, "rev-parse", "--git-dir")
    if ran.exit_code == NOT_FOUND:
        raise RepositoryError("git is not installed", "install git, then try again")
    if "dubious ownership" in ran.stderr:
        trust = f"if you trust it: git config --global --add safe.directory {root}"
        raise RepositoryError(f"git does not trust {root}: it belongs to somebody else", trust)
    if ran.exit_code != 0:
        told = " ".join(ran.stderr.split()) or f"exit code {ran.exit_code}"
        raise RepositoryError(f"git cannot use {root}: {told}", f"see: git -C {root} status")
    if outside := await _included(workplace):
        raise RepositoryError(
            f"the configuration of {root} includes {outside}, which is outside of it",
            f"if it is yours, put it into ~/.gitconfig; else: git -C {root} config --local --edit",
        )
    if not await list_names(workplace):
        add = f"add a file first, or {NAME_ANOTHER}"
        raise RepositoryError(f"the repository {root} is empty: there is no file to look at", add)


async def _included(workplace: Workplace) -> str:
    """A file outside that the repository's configuration includes: git shows lines of it in its
    errors, whatever it is. Empty where there is none."""
    asked = (
        "config",
        "--local",
        "--no-includes",
        "-z",
        "--get-regexp",
        r"^include(if\..*)?\.path$",
    )
    listed = await git(workplace, *asked)
    for entry in filter(None, listed.stdout.split("\0")):
        named = Path(entry.partition("\n")[2]).expanduser()
        if not (workplace.root / ".git" / named).resolve().is_relative_to(workplace.root):
            return str(named)
    return ""
