"""What a user has allowed for ever, and whether a call is that. Pure, as the policy is.

A rule names a tool and a pattern. For a command the pattern is its words, quoted as a shell would,
each literally; a last `*` stands for any further words. For an edit it is a path below the root, in
which `*` stays within a name and `**` crosses folders. For another tool it is `*`. What is compared
are the parsed words and the followed paths of a call, never a text that was shown.

No rule opens a secret, the network where it does not say so, or what the policy refuses.
"""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from agents.tools.policy import Call, refusal
from agents.tools.tool import Kind

ANY = "*"

GRANTS = frozenset({"write", "network"})

MAX_CHARS = 500


@dataclass(frozen=True)
class Rule:
    """One thing that needs no asking any more."""

    tool: str
    pattern: str
    grants: tuple[str, ...] = ()
    """What a command may do beside reading, sorted: `network`, `write`."""

    def __str__(self) -> str:
        granted = "".join(f" +{grant}" for grant in self.grants)
        return f"{self.tool}{granted}: {self.pattern}"


def read(text: str) -> Rule:
    """The rule that was written so; ValueError where none can be."""
    head, _, pattern = text.partition(": ")
    tool, *granted = head.split(" +")
    rule = Rule(tool, pattern, tuple(granted))
    if fault := wrong(rule):
        raise ValueError(f"{text!r} is no rule: {fault}")
    return rule


def wrong(rule: Rule) -> str:
    """What is wrong with it; empty where nothing is."""
    if not re.fullmatch("[a-z][a-z0-9_]*", rule.tool):
        return "it names no tool"
    if not rule.pattern.strip() or len(rule.pattern) > MAX_CHARS or not rule.pattern.isprintable():
        return "its pattern is empty, too long or unreadable"
    if not set(rule.grants) <= GRANTS or tuple(sorted(set(rule.grants))) != rule.grants:
        return "only `network` and `write` can be granted"
    return ""


def matches(rule: Rule, call: Call) -> bool:
    """Whether the call is what the rule allows."""
    if rule.tool != call.tool or wrong(rule) or not _open_to_rules(call):
        return False
    if not call.grants <= set(rule.grants):
        return False
    if call.words:
        return _words_match(rule.pattern, call.words)
    if call.kind is Kind.EDIT:
        paths = _paths(call)
        return bool(paths) and all(_path_matches(rule.pattern, path) for path in paths)
    return rule.pattern == ANY


def suggest(call: Call) -> Rule | None:
    """The narrowest rule that is of use; None where there should be none."""
    if not _open_to_rules(call):
        return None
    pattern = _pattern(call)
    rule = Rule(call.tool, pattern, tuple(sorted(call.grants)))
    return rule if pattern and matches(rule, call) else None


def _pattern(call: Call) -> str:
    if call.words:
        return _command_pattern(call.words)
    if call.kind is Kind.EDIT:
        return _paths_pattern(_paths(call))
    return ANY


def _open_to_rules(call: Call) -> bool:
    """Whether a rule may speak about such a call at all: some a person must always see."""
    if any(refusal(target, call.root) for target in call.targets):
        return False
    match call.kind:
        case Kind.READ:
            return False
        case Kind.NETWORK:
            return bool(call.words) and "network" in call.grants
        case Kind.EDIT | Kind.RUN:
            return True


def _words_match(pattern: str, words: Sequence[str]) -> bool:
    """By whole words, so that quotes and blanks in one of them cannot make it two."""
    prefix = pattern.removesuffix(f" {ANY}")
    try:
        wanted = tuple(shlex.split(prefix))
    except ValueError:
        return False
    if not wanted or shlex.join(wanted) != prefix:
        return False  # a pattern that we did not write; a shell might read it in another way
    given = tuple(words)
    return given[: len(wanted)] == wanted if prefix != pattern else given == wanted


def _paths(call: Call) -> list[str]:
    """The paths below the root; empty where one is reached through a link."""
    paths: list[str] = []
    for target in call.targets:
        assert target.resolved is not None, "refused before"
        name = target.resolved.relative_to(call.root)
        if PurePath(target.requested) != name:
            return []
        paths.append(name.as_posix())
    return paths


def _path_matches(pattern: str, path: str) -> bool:
    return _parts_match(pattern.split("/"), path.split("/"))


def _parts_match(patterns: Sequence[str], parts: Sequence[str]) -> bool:
    if not patterns:
        return not parts
    if patterns[0] == "**":
        return any(_parts_match(patterns[1:], parts[skip:]) for skip in range(len(parts) + 1))
    if not parts:
        return False
    return _part_matches(patterns[0], parts[0]) and _parts_match(patterns[1:], parts[1:])


def _part_matches(pattern: str, part: str) -> bool:
    """`*` is any run of characters; nothing else is special."""
    pieces = map(re.escape, pattern.split(ANY))
    return re.fullmatch(".*".join(pieces), part, re.DOTALL) is not None


def _paths_pattern(paths: Sequence[str]) -> str:
    """The one path, or what several in one folder have in common: their ending."""
    if not paths or any(ANY in path for path in paths):
        return ""
    if len(set(paths)) == 1:
        return paths[0]
    folders = {path.rpartition("/")[0] for path in paths}
    endings = {PurePath(path).suffix for path in paths}
    if len(folders) > 1 or len(endings) > 1 or "" in endings:
        return ""
    folder, ending = folders.pop(), endings.pop()
    return f"{folder}/{ANY}{ending}" if folder else f"{ANY}{ending}"


def _command_pattern(words: Sequence[str]) -> str:
    """The program with its subcommand, and any arguments, where arguments can do no other thing.

    Programs that run what their arguments say (interpreters, `env`, `xargs`, `sudo`, those that we
    do not know) are allowed with these very arguments only.
    """
    for known in OPEN:
        if tuple(words[: len(known)]) == known:
            return f"{shlex.join(known)} {ANY}"
    return shlex.join(words)


_PYTHON_MODULES = ("pytest", "unittest", "mypy", "ruff", "compileall")

OPEN: tuple[tuple[str, ...], ...] = (
    *((name,) for name in ("pytest", "mypy", "pyright", "flake8", "pylint", "codespell", "tsc")),
    *((name,) for name in ("hadolint", "shellcheck", "yamllint", "zizmor", "actionlint")),
    *(("ruff", name) for name in ("check", "format")),
    *((python, "-m", name) for python in ("python", "python3") for name in _PYTHON_MODULES),
    *(("cargo", name) for name in ("test", "check", "build", "clippy", "fmt")),
    *(("go", name) for name in ("test", "vet", "build", "fmt")),
    *((name, "test") for name in ("npm", "pnpm", "yarn")),
)
"""Commands whose further arguments only say what to look at, and how."""
