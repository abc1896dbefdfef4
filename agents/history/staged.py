"""What is staged for the next commit: names, numbers of lines, and the diff without secrets."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from agents.history.asked import asked
from agents.tools.policy import is_secret
from agents.tools.workplace import Workplace

DIFF_BYTES = 400_000

_HOW = ("diff", "--cached", "--no-ext-diff", "--no-textconv", "--find-renames")


@dataclass(frozen=True)
class StagedFile:
    """One file in the index that differs from the last commit."""

    path: str
    status: str
    """A added, M modified, D deleted, R renamed, C copied, T type changed, U in a conflict."""
    added: int = 0
    removed: int = 0
    """Lines; both are 0 in a binary file."""
    old: str = ""
    """The name before, where it was renamed or copied."""
    blob: str = ""
    """The beginning of its content's id; zeros where it is deleted."""

    @property
    def secret(self) -> bool:
        """Whether files of this name usually hold keys or passwords."""
        return is_secret(PurePosixPath(self.path))


@dataclass(frozen=True)
class Staged:
    """Everything that is staged."""

    files: tuple[StagedFile, ...]
    diff: str
    """Unified; files that may hold secrets are left out, and so is what is too long."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Files that may hold secrets."""
        return tuple(file.path for file in self.files if file.secret)

    @property
    def conflicts(self) -> tuple[str, ...]:
        """Files whose conflicts are not resolved."""
        return tuple(file.path for file in self.files if file.status == "U")

    def stat(self) -> str:
        """A line for each file."""
        return "\n".join(map(_told, self.files))

    def preview(self) -> str:
        """All of it, for a person who decides; it differs wherever the content does."""
        lines = [f"{_told(file)} {file.blob}" for file in self.files]
        secret = [f"(not shown, may hold secrets: {path})" for path in self.secrets]
        return "\n".join([*lines, *secret, "", self.diff])


async def staged(workplace: Workplace) -> Staged:
    """What the next commit would hold; HistoryError where git cannot say."""
    named = await asked(workplace, *_HOW, "--raw", "--abbrev=16", "-z", max_bytes=16_000_000)
    counted = await asked(workplace, *_HOW, "--numstat", "-z", max_bytes=16_000_000)
    files = _files(named, _counts(counted))
    without = (f":(top,exclude,literal){file.path}" for file in files if file.secret)
    diff = await asked(workplace, *_HOW, "--", ":(top)", *without, max_bytes=DIFF_BYTES)
    return Staged(files, diff)


def _files(named: str, counts: dict[str, tuple[int, int]]) -> tuple[StagedFile, ...]:
    words = iter(named.split("\0"))
    found: dict[str, StagedFile] = {}
    for raw in words:
        *_, blob, status = ["", "", *raw.split(" ")]
        if not raw.startswith(":") or not status:
            break
        old = next(words, "") if status[0] in "RC" else ""
        path = next(words, "")
        # A file in a conflict is listed twice, the conflict first.
        if path and path not in found:
            found[path] = StagedFile(path, status[0], *counts.get(path, (0, 0)), old, blob)
    return tuple(found.values())


def _told(file: StagedFile) -> str:
    before = f"{file.old} -> " if file.old else ""
    return f"{file.status} {before}{file.path} (+{file.added} -{file.removed})"


def _counts(counted: str) -> dict[str, tuple[int, int]]:
    """Lines added and removed; of a renamed file the two names follow an empty one."""
    words = iter(counted.split("\0"))
    found: dict[str, tuple[int, int]] = {}
    for row in words:
        added, _, rest = row.partition("\t")
        removed, _, path = rest.partition("\t")
        if row and not path:
            next(words, "")
            path = next(words, "")
        if path:
            found[path] = (_whole(added), _whole(removed))
    return found


def _whole(text: str) -> int:
    return int(text) if text.isdigit() else 0
