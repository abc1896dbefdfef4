"""A way to run a repository's tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath


class Form(StrEnum):
    """In which form a run tells how its tests went."""

    JUNIT = "junit"
    """XML among what is printed."""
    UNITTEST = "unittest"
    JEST = "jest"
    """The JSON of jest and vitest."""
    GO = "go"
    """A stream of JSON events."""
    CARGO = "cargo"
    TEXT = "text"
    """Whatever the command prints; known pieces are picked out of it."""


@dataclass(frozen=True)
class Runner:
    """One runner with its commands."""

    name: str
    argv: tuple[str, ...]
    """The command as a person would type it."""
    why: str
    """What in the repository speaks for it."""
    told: tuple[str, ...] = ()
    """The same command telling its results in `form`; empty: `argv` does."""
    form: Form = Form.TEXT

    @property
    def command(self) -> tuple[str, ...]:
        """What is run to learn how each test went."""
        return self.told or self.argv


@dataclass(frozen=True)
class Runners:
    """All runners of a repository, the most telling one first."""

    found: tuple[Runner, ...]
    remarks: tuple[str, ...] = ()
    """What else is worth knowing: tests without a runner, tox, nox."""

    def named(self, name: str) -> Runner | None:
        """The runner of that name."""
        return next((runner for runner in self.found if runner.name == name), None)

    def fitting(self, only: Sequence[str]) -> Runner | None:
        """The best one for what is named: that of the first file's language, else the first."""
        suffix = next((s for s in map(_suffix, only) if s in _LANGUAGES), "")
        fit = (r for r in self.found if r.name in _LANGUAGES.get(suffix, ()))
        return next(fit, self.found[0] if self.found else None)


_SCRIPT = ("node", "jest", "vitest", "mocha", "npm")

_LANGUAGES = {
    ".py": ("pytest", "unittest"),
    ".go": ("go",),
    ".rs": ("cargo",),
    **dict.fromkeys((".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx"), _SCRIPT),
}


def _suffix(name: str) -> str:
    return PurePosixPath(name.partition("::")[0]).suffix
