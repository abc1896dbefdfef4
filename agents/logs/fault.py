"""What can be wrong in a log: the kinds of causes, and one error with its place."""

from enum import IntEnum, StrEnum

from agents.word import Word


class Category(StrEnum):
    """Why a pipeline failed, as far as its log says."""

    TEST = "test-failure"
    COMPILE = "compile-error"
    LINT = "lint"
    DEPENDENCY = "missing-dependency"
    VERSIONS = "version-conflict"
    NETWORK = "network"
    PERMISSION = "permission"
    DISK = "disk-full"
    MEMORY = "out-of-memory"
    FILE = "missing-file"
    CONFIG = "configuration"
    CACHE = "cache"
    DOCKER = "docker-build"
    DEPRECATED = "deprecated-runner"
    STOPPED = "cancelled"
    FLAKY = "flaky"
    UNKNOWN = "unknown"


class Rank(IntEnum):
    """How much a line says about the cause. The first line of the highest rank is the error."""

    AFTERMATH = 1
    """Says only that something failed before: `exit code 1`, `make: *** Error 2`."""
    GENERAL = 2
    """Looks like an error, and may have been handled."""
    EXACT = 3
    """What a tool prints when it fails because of this."""
    DECISIVE = 4
    """Nothing goes well after it: a full disk, a killed process, a runner that gives up."""


class Fault(Word):
    """One error in a log."""

    number: int
    """Its line in the log, counted from 1."""
    text: str
    """What it says, without time and colour."""
    category: Category
    tool: str
    """Who printed it, such as `pytest`; empty where that cannot be told."""
    rank: Rank
    path: str | None = None
    """The file that it comes from, relative to the repository."""
    line: int | None = None
    """The line in that file."""
    recovered: bool = False
    """Whether it was tried again afterwards."""
    excerpt: str = ""
    """The lines around it."""
