"""Runs git so that nothing a repository configures can make it run or reach anything.

A repository's own `.git/config` and `.gitattributes` can name programs (a monitor, hooks, filters,
diff drivers, a signature checker, transports) and another work tree. All are switched off here.
The folder's owner is still checked by git itself (`safe.directory`).
"""

from collections.abc import Sequence

from agents.tools.process import EMPTY, Ran
from agents.tools.workplace import Workplace

SETTINGS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.quotePath=false",
    "core.pager=cat",
    "color.ui=false",
    "diff.external=",
    "diff.ignoreSubmodules=all",
    "log.showSignature=false",
    "submodule.recurse=false",
    "safe.bareRepository=explicit",
    # Partial clones fetch what is missing while they read; a protocol's own setting comes first.
    "protocol.allow=never",
    *(f"protocol.{p}.allow=never" for p in ("ext", "file", "git", "ssh", "http", "https", "ftp")),
)


async def git(
    workplace: Workplace,
    *arguments: str,
    timeout: float = 30,  # noqa: ASYNC109 - the process is what must end
    max_bytes: int = 1_000_000,
    filters: bool = False,
) -> Ran:
    """Run git in the repository's root. `filters`: the command reads files of the work tree as
    git would store them (status, diff, blame), so the repository's own filters are silenced too.
    """
    silenced = await _silenced(workplace) if filters else ()
    return await workplace.run(
        _argv(workplace, (*silenced, *arguments)),
        cwd=workplace.root,
        timeout=timeout,
        max_bytes=max_bytes,
    )


def only(path: str) -> str:
    """A pathspec that means this path, whatever characters are in it."""
    return ":(top)" if path in {"", "."} else f":(top,literal){path.removeprefix('./')}"


def _argv(workplace: Workplace, arguments: Sequence[str]) -> list[str]:
    options = [word for setting in SETTINGS for word in ("-c", setting)]
    return ["git", "--no-pager", f"--work-tree={workplace.root}", *options, *arguments]


async def _silenced(workplace: Workplace) -> tuple[str, ...]:
    """Options that empty the filters which the repository (not the user) configures. Not by `-c`,
    which would cut a name with `=` in it short."""
    listed = await workplace.run(
        _argv(
            workplace,
            ("config", "--show-scope", "--name-only", "-z", "--get-regexp", r"^filter\..*"),
        ),
        cwd=workplace.root,
        timeout=10,
    )
    words = listed.stdout.split("\0")
    names = {
        name.rpartition(".")[0]
        for scope, name in zip(words[::2], words[1::2], strict=False)
        if scope in {"local", "worktree"}
    }
    return tuple(
        f"--config-env={name}.{key}={EMPTY}"
        for name in sorted(names)
        for key in ("clean", "smudge", "process", "required")
    )
