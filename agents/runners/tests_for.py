"""The tool that says which tests a change touches, and which changed lines no test ran through."""

import asyncio
from collections.abc import Sequence

from agents.runners.changed_lines import Lines, of_revision, paths_of
from agents.runners.coverage import Coverage, read_coverage
from agents.runners.run_tests import named
from agents.runners.touched import Touched, touched
from agents.tools.excerpt import clip_lines
from agents.tools.git import git
from agents.tools.history import Revision
from agents.tools.tool import Arguments, Kind, Result, Tool
from agents.tools.tree import tree_of
from agents.tools.workplace import Workplace


class TestsFor(Arguments):
    """Name the tests that a change touches, and its lines without coverage."""

    paths: str | list[str] = ""
    """changed files; empty: those that differ from the revision"""
    revision: Revision = "HEAD"
    """such as main or main..HEAD"""


async def _tests_for(workplace: Workplace, arguments: TestsFor) -> Result:
    tree = await tree_of(workplace)
    try:
        changed = await _changed(workplace, arguments)
        lines = await of_revision(workplace, arguments.revision)
    except OSError as error:
        if not named(arguments.paths):
            return Result(str(error), exit_code=1)
        changed, lines = named(arguments.paths), {}
    if missing := [n for n in named(arguments.paths) if not tree.has(n) and n not in lines]:
        return Result(f"there is no {missing[0]}", exit_code=1)
    if not changed:
        return Result(f"nothing differs from {arguments.revision}")
    found = await asyncio.to_thread(touched, tree, changed)
    coverage = await asyncio.to_thread(read_coverage, tree)
    told = [*_tests(found, changed), *_coverage(coverage, lines, changed, found)]
    return Result(clip_lines(told, workplace.budget_chars, len(told), "give paths"))


async def _changed(workplace: Workplace, arguments: TestsFor) -> tuple[str, ...]:
    """What is named, or what differs; against HEAD new files too, which git's diff leaves out."""
    if given := named(arguments.paths):
        return tuple(workplace.name(workplace.resolve(name)) for name in given)
    differ = await paths_of(workplace, arguments.revision)
    if arguments.revision != "HEAD":
        return differ
    return (*differ, *await _untracked(workplace))


async def _untracked(workplace: Workplace) -> list[str]:
    ran = await git(workplace, "ls-files", "-z", "--others", "--exclude-standard")
    return [name for name in ran.stdout.split("\0") if name]


def _tests(found: Sequence[Touched], changed: Sequence[str]) -> list[str]:
    if not found:
        return [f"no test imports or names {', '.join(changed[:5])}"]
    direct = sum(one.steps <= 1 for one in found)
    return [
        f"{len(found)} test files depend on the change, {direct} of them directly",
        *(f"{one.test}  ({_way(one)})" for one in found),
    ]


def _way(one: Touched) -> str:
    if not one.steps:
        return "changed itself"
    if one.steps == 1:
        return f"{one.why} {one.way[0]}"
    return f"by way of {' < '.join(one.way[:-1])}"


def _coverage(
    coverage: Coverage | None, lines: Lines, changed: Sequence[str], found: Sequence[Touched]
) -> list[str]:
    if coverage is None:
        return []
    tests = {one.test for one in found}
    code = {name: numbers for name, numbers in lines.items() if name in {*changed} - tests}
    stale = [name for name in coverage.stale if name in code]
    without = coverage.uncovered({n: ns for n, ns in code.items() if n not in stale})
    told = [f"{name}: lines {_ranges(ns)} ran in no test" for name, ns in without.items()]
    if stale:
        told.append(f"{', '.join(stale[:5])} changed after {coverage.report} was written")
    return [f"by {coverage.report} ({coverage.rate:.0%} of all lines):", *told] if told else []


def _ranges(numbers: Sequence[int]) -> str:
    """Lines that follow one another as `3-5`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join("-".join(map(str, run)) for run in runs)


def _touches(arguments: TestsFor) -> tuple[str, ...]:
    return named(arguments.paths)


TESTS_FOR = Tool("tests_for", Kind.READ, TestsFor, _tests_for, touches=_touches)
