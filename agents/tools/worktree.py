"""Where a linked work tree's git folder is: outside the tree, but needed by git in it."""

from pathlib import Path

MAX_CHARS = 4096


def git_folders(root: Path) -> tuple[Path, ...]:
    """The repository that a linked work tree belongs to; empty for one with its own `.git`.

    What `.git` names is believed only where it names this tree too: a file that came with the
    repository could name any folder.
    """
    link = root / ".git"
    named = _read(link).removeprefix("gitdir: ") if link.is_file() else ""
    if not named:
        return ()
    folder = (root / named).resolve()
    back, common = _read(folder / "gitdir"), (folder / _read(folder / "commondir")).resolve()
    if not back or Path(back).resolve() != link.resolve():
        return ()
    return (common,) if folder.parent == common / "worktrees" else ()


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="surrogateescape") as file:
            return file.read(MAX_CHARS).rstrip("\n")
    except OSError:
        return ""
