"""The tool that runs a repository's tests and says what fails, by cause, and what is flaky."""

import shlex
import time
from collections.abc import Sequence

from pydantic import Field

from agents.finding import Finding, Severity
from agents.runners.case import Case
from agents.runners.cause import Cause, causes
from agents.runners.detection import find_runners
from agents.runners.runner import Runner, Runners
from agents.runners.selection import MAX_NAMES, CannotSelect
from agents.runners.trial import Trial, attempt
from agents.tools.excerpt import clip, clip_line
from agents.tools.process import CANNOT_START
from agents.tools.tool import Arguments, Kind, Result, Tool
from agents.tools.tree import tree_of
from agents.tools.workplace import Workplace

SHOWN_CAUSES = 10

SHOWN_TESTS = 5

USAGE = 2


class RunTests(Arguments):
    """Run the repository's tests; failures come grouped by cause."""

    only: str | list[str] = ""
    """paths or test names; empty: all"""
    again: int = Field(default=0, ge=0, le=10)
    """reruns of what failed, to find flaky tests"""
    seconds: int = Field(default=300, ge=1, le=600)
    """time limit"""
    runner: str = ""
    """such as pytest; empty: the best"""


def named(only: str | Sequence[str]) -> tuple[str, ...]:
    """The names; in one text they are parted by blanks, unless one is in a test's parameters."""
    if isinstance(only, str):
        only = [only] if "[" in only or " > " in only else only.split()
    return tuple(name.strip() for name in only if name.strip())


async def _run_tests(workplace: Workplace, arguments: RunTests) -> Result:
    runners = await find_runners(await tree_of(workplace))
    only, name = named(arguments.only), arguments.runner
    runner = runners.named(name) if name else runners.fitting(only)
    if runner is None:
        return Result(_no_runner(runners, name), exit_code=USAGE)
    ends = time.monotonic() + min(arguments.seconds, workplace.longest_seconds)
    try:
        trial = await attempt(workplace, runner, only, ends - time.monotonic())
        flaky, note = await _again(workplace, trial, arguments.again, ends)
    except CannotSelect as error:
        return Result(f"not run: {error}", exit_code=USAGE)
    found = causes(case for case in trial.tally.failures if case not in flaky)
    return Result(
        text=clip(_told(trial, found, flaky, note), workplace.budget_chars),
        exit_code=trial.ran.exit_code or int(bool(trial.tally.failures)),
        seconds=trial.ran.seconds,
        findings=(
            *(cause.finding(runner.name) for cause in found),
            *_unstable(flaky, runner),
            *_undecided(trial),
        ),
    )


async def _again(
    workplace: Workplace, trial: Trial, times: int, ends: float
) -> tuple[dict[Case, int], str]:
    """The failed tests that pass when they run again, with the number of the run; and a remark."""
    failing = {case.test: case for case in trial.tally.failures}
    flaky: dict[Case, int] = {}
    for number in range(1, times + 1):
        left = ends - time.monotonic()
        if not failing or left < 1:
            break
        if len(failing) > MAX_NAMES:
            return flaky, f"{len(failing)} failures are too many to run again"
        try:
            rerun = await attempt(workplace, trial.runner, list(failing), left)
        except CannotSelect as error:
            return flaky, f"not run again: {error}"
        passed = {c.test for c in rerun.tally.cases if not c.bad and c.test in failing}
        failed_again = {case.test for case in rerun.tally.failures}
        for test in passed - failed_again:
            flaky[failing.pop(test)] = number
    return flaky, ""


def _no_runner(runners: Runners, name: str) -> str:
    known = ", ".join(runner.name for runner in runners.found)
    if name and known:
        return f"there is no runner {name!r} here; there is {known}"
    return ". ".join(("no test runner was recognised", *runners.remarks))


def _told(trial: Trial, found: Sequence[Cause], flaky: dict[Case, int], note: str) -> str:
    command = clip_line(shlex.join(trial.runner.argv), 120)
    parts = [f"{trial.runner.name}: {trial.tally} in {trial.ran.seconds:.1f} s ({command})"]
    parts += filter(None, (trial.trouble, note))
    parts += [_flaky_line(case, number) for case, number in flaky.items()]
    parts += [_cause(cause) for cause in found[:SHOWN_CAUSES]]
    if len(found) > SHOWN_CAUSES:
        parts.append(f"… {len(found) - SHOWN_CAUSES} more causes")
    slow = ", ".join(f"{case.test} {case.seconds:.1f} s" for case in trial.tally.slowest())
    parts += [f"slowest: {slow}"] if slow else []
    if trial.trouble and not trial.tally.failures:
        parts.append(clip(trial.said, 2000))
    return "\n".join(parts)


def _flaky_line(case: Case, number: int) -> str:
    return f"flaky: {case.test} failed ({case.said}), then passed in rerun {number}"


def _cause(cause: Cause) -> str:
    lines = ["", cause.headline]
    if cause.where:
        lines.append(f"  at {cause.where}")
    if len(cause.cases) > 1:
        lines += [f"  {case.test}" for case in cause.cases[:SHOWN_TESTS]]
        more = len(cause.cases) - SHOWN_TESTS
        lines += [f"  … {more} more tests"] if more > 0 else []
    lines += [f"  | {clip_line(line, 160)}" for line in cause.first.detail.splitlines()[-12:]]
    return "\n".join(lines)


def _unstable(flaky: dict[Case, int], runner: Runner) -> list[Finding]:
    return [
        Finding(
            severity=Severity.WARNING,
            message=f"{case.test} is flaky or depends on other tests: it failed ({case.said}), "
            "and passed when run again",
            path=case.path,
            line=case.line,
            rule="tests/flaky",
            tool=runner.name,
        )
        for case in flaky
    ]


def _undecided(trial: Trial) -> list[Finding]:
    """That a run which began ended without telling of a single failure, and was no success."""
    if not trial.trouble or trial.tally.failures or trial.ran.exit_code in {0, CANNOT_START}:
        return []
    said = clip_line(trial.trouble.splitlines()[0], 240)
    return [
        Finding(
            severity=Severity.WARNING,
            message=f"whether the tests pass is not known: {said}",
            rule="tests/not-known",
            tool=trial.runner.name,
        )
    ]


def _touches(arguments: RunTests) -> tuple[str, ...]:
    """The files that are named; what stands behind `::` is a test's name."""
    return tuple(name.partition("::")[0] for name in named(arguments.only))


RUN_TESTS = Tool("run_tests", Kind.RUN, RunTests, _run_tests, touches=_touches)
