"""The files of the repository that a survey may look at, and the only way for it to read them."""

import re
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property
from pathlib import PurePosixPath

from agents.tools.files import read_text
from agents.tools.listing import list_names
from agents.tools.workplace import Workplace

ELSEWHERE = frozenset(
    {"vendor", "_vendor", "third_party", "node_modules", "testdata", "fixtures", "site-packages"}
)
"""Folders whose files are somebody else's, or wrong on purpose."""


@dataclass(frozen=True)
class Tree:
    """The names of the repository's files, as git lists them."""

    workplace: Workplace
    names: tuple[str, ...]

    @cached_property
    def _known(self) -> frozenset[str]:
        folders = {str(folder) for name in self.names for folder in PurePosixPath(name).parents}
        return frozenset(self.names) | folders

    @cached_property
    def _lasts(self) -> tuple[str, ...]:
        return tuple(name.rpartition("/")[2].lower() for name in self.names)

    def named(self, *patterns: str) -> list[str]:
        """Files whose last part matches one of the patterns; upper and lower case are one."""
        pattern = re.compile("|".join(translate(pattern.lower()) for pattern in patterns))
        return [n for n, last in zip(self.names, self._lasts, strict=True) if pattern.match(last)]

    def own(self, *patterns: str) -> list[str]:
        """The same, without files that are somebody else's, or wrong on purpose."""
        return [n for n in self.named(*patterns) if not ELSEWHERE & set(n.split("/"))]

    def has(self, name: str) -> bool:
        """Whether there is such a file or folder, known to git or not."""
        if name in self._known:
            return True
        try:
            path = self.workplace.resolve(name)
            return path.is_relative_to(self.workplace.root) and path.exists()
        except (OSError, ValueError):
            return False

    def text(self, name: str, limit: int = 1_000_000) -> str | None:
        """The file's text; None where it is missing, refused, binary or over `limit` bytes."""
        return read_text(self.workplace, name, limit)


async def tree_of(workplace: Workplace) -> Tree:
    """The tree as it is now; OSError where git cannot list it."""
    return Tree(workplace, await list_names(workplace))


def in_tests(name: str) -> bool:
    """Whether a file belongs to tests."""
    *folders, last = name.lower().split("/")
    return bool({"test", "tests", "testing"} & set(folders)) or last.startswith(
        ("test_", "conftest")
    )
