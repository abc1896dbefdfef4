"""What a call does, or would do, to one file."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """A file before and after."""

    path: str
    """Relative to the repository, with forward slashes."""
    before: bytes | None
    """Its content; None where there is no such file."""
    after: bytes | None
    """The same afterwards; None where it is removed."""

    @property
    def diff(self) -> str:
        """As a unified diff, empty where nothing changes; of a binary file only that it changes."""
        if self.before == self.after:
            return ""
        old, new = (_lines(content) for content in (self.before, self.after))
        if old is None or new is None:
            return f"Binary file {self.path} changes\n"
        names = (
            f"a/{self.path}" if self.before is not None else "/dev/null",
            f"b/{self.path}" if self.after is not None else "/dev/null",
        )
        return "".join(_ended(line) for line in difflib.unified_diff(old, new, *names))


def preview(changes: Sequence[Change]) -> str:
    """All of them as one unified diff."""
    return "".join(change.diff for change in changes)


def _lines(content: bytes | None) -> list[str] | None:
    """With their ends; None where the content is no text."""
    if content is None:
        return []
    if b"\0" in content:
        return None
    try:
        return content.decode().splitlines(keepends=True)
    except UnicodeDecodeError:
        return None


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
