"""How a runner is told to run some tests only. Names are those that a `Case` gives."""

import re
from collections.abc import Sequence

from agents.runners.runner import Runner

MAX_NAMES = 200
"""More names than this make a command line that nobody reads; all tests are run then."""


class CannotSelect(ValueError):
    """The runner has no way to run these; the message says what to do instead."""


def narrowed(runner: Runner, only: Sequence[str]) -> tuple[str, ...]:
    """The command that runs what is named: files, folders, or tests. `CannotSelect` if it can't."""
    if odd := next((name for name in only if name.startswith("-") or "\0" in name), None):
        raise CannotSelect(f"{odd!r} is neither a path nor a test's name")
    if not only:
        return runner.command
    if len(only) > MAX_NAMES:
        raise CannotSelect(f"{len(only)} names are too many; give a folder")
    narrow = _NARROW.get(runner.name)
    if narrow is None:
        raise CannotSelect(f"{runner.name} cannot run single tests; leave `only` empty")
    return narrow(runner, only)


def _pytest(runner: Runner, only: Sequence[str]) -> tuple[str, ...]:
    paths = [name for name in only if _is_path(name.partition("::")[0])]
    names = [name for name in only if name not in paths]
    if names and not all(re.fullmatch(r"[\w:.]+", name) for name in names):
        raise CannotSelect("give tests as path::name")
    if names and paths:
        raise CannotSelect("give paths or names, not both; a test is path::name")
    expression = " or ".join(" and ".join(re.findall(r"\w+", name)) for name in names)
    return (*runner.command, *(("-k", expression) if names else ()), *paths)


def _unittest(runner: Runner, only: Sequence[str]) -> tuple[str, ...]:
    """Without discovery; a folder is looked for by its own pattern."""
    names = [name.partition("::")[0] if _is_path(name) else name for name in only]
    python = runner.command[0]
    if len(names) == 1 and _is_path(names[0]) and not names[0].endswith(".py"):
        return (python, "-m", "unittest", "discover", "-v", "-s", names[0], "-t", ".")
    return (python, "-m", "unittest", "-v", *names)


def _node(runner: Runner, only: Sequence[str]) -> tuple[str, ...]:
    paths = [name for name in only if _is_path(name) and " " not in name]
    titles = [name.rpartition(" > ")[2] for name in only if name not in paths]
    patterns = (f"--test-name-pattern=^{_escaped(title)}$" for title in titles)
    program, *rest = runner.command
    if paths:
        rest = [word for word in rest if word.startswith("-")]
    return (program, *patterns, *rest, *paths)


def _jest(runner: Runner, only: Sequence[str]) -> tuple[str, ...]:
    paths = [name for name in only if _is_path(name) and " " not in name]
    titles = [_escaped(name.replace(" > ", " ")) for name in only if name not in paths]
    return (*runner.command, *(("-t", "|".join(titles)) if titles else ()), *paths)


def _go(runner: Runner, only: Sequence[str]) -> tuple[str, ...]:
    command = [word for word in runner.command if word != "./..."]
    packages, names = [], []
    for name in only:
        package, _, test = name.rpartition(".")
        if name.endswith(".go") or (_is_path(name) and not test.startswith("Test")):
            folder = name.rpartition("/")[0] if name.endswith(".go") else name
            packages.append(f"./{folder.removeprefix('./')}".rstrip("/"))
        else:
            packages += [package] if package else []
            names.append(test)
    run = ("-run", "|".join(_go_pattern(name) for name in names)) if names else ()
    return (*command, *run, *(dict.fromkeys(packages) or ("./...",)))


def _go_pattern(name: str) -> str:
    """Each level of subtests has a pattern of its own; alternatives know only the first."""
    return f"^{_escaped(name.partition('/')[0])}$"


def _cargo(runner: Runner, only: Sequence[str]) -> tuple[str, ...]:
    targets = [re.fullmatch(r"(?:.*/)?tests/(\w+)\.rs", name) for name in only]
    files = [word for match in targets if match for word in ("--test", match[1])]
    names = [name for name, match in zip(only, targets, strict=True) if not match]
    if any(name.endswith(".rs") for name in names):
        raise CannotSelect("cargo runs tests by name, or the files below tests/")
    exact = ("--exact",) if names and all("::" in name for name in names) else ()
    return (*runner.command, *files, "--", *exact, *names)


def _is_path(name: str) -> bool:
    return "/" in name or bool(re.fullmatch(r"[\w.-]+\.(?:py|[cm]?[jt]sx?|go|rs|md|rst|txt)", name))


def _escaped(name: str) -> str:
    """As a regular expression that means the name."""
    return re.sub(r"([\\^$.|?*+()\[\]{}])", r"\\\1", name)


_NARROW = {
    "pytest": _pytest,
    "unittest": _unittest,
    "node": _node,
    "jest": _jest,
    "vitest": _jest,
    "go": _go,
    "cargo": _cargo,
}
