"""Runs a runner once, shut in and within limits, and reads how each test went.

The only place of this package that starts what a repository contains.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

from agents.runners.cargo import read_cargo
from agents.runners.gotest import read_events, read_text
from agents.runners.jest import read_jest, read_jest_text
from agents.runners.junit import find_junit, without_report
from agents.runners.pytest_text import read_pytest, running
from agents.runners.runner import Form, Runner
from agents.runners.selection import narrowed
from agents.runners.tally import Tally
from agents.runners.unittest_text import read_unittest
from agents.tools.confined import run_confined
from agents.tools.excerpt import plain
from agents.tools.process import CANNOT_START, NOT_FOUND, Ran
from agents.tools.workplace import Workplace

MAX_BYTES = 20_000_000
"""Of each stream; the report of a hundred thousand tests."""

MAX_TEXT = 4_000_000
"""Of output in no form of its own, its end: there are the summaries."""

NO_TESTS = 5
"""pytest's exit code, and unittest's since 3.12, where nothing was collected."""

CRASHED = {132: "SIGILL", 134: "SIGABRT", 136: "SIGFPE", 137: "SIGKILL", 139: "SIGSEGV"}
"""Exit codes of a process that a signal ended."""


@dataclass(frozen=True)
class Trial:
    """A run that has ended."""

    runner: Runner
    ran: Ran
    tally: Tally

    @property
    def said(self) -> str:
        """What was printed for people, without the report for us."""
        if self.runner.form in {Form.GO, Form.JEST}:
            return plain(self.ran.stderr or self.ran.stdout)
        return plain(without_report(self.ran.output))

    @property
    def trouble(self) -> str:
        """Why the run says less than all tests of it would; empty where all is told."""
        return _stopped(self) or _crashed(self) or _untold(self)


async def attempt(
    workplace: Workplace, runner: Runner, only: Sequence[str], seconds: float
) -> Trial:
    """Run the named tests, or all; `CannotSelect` where the runner cannot run these."""
    argv = narrowed(runner, only)
    ran = await run_confined(workplace, argv, timeout=seconds, max_bytes=MAX_BYTES)
    tally = await asyncio.to_thread(read, runner.form, *_own(ran, workplace))
    return Trial(runner, ran, tally)


def read(form: Form, stdout: str, stderr: str) -> Tally:
    """How the tests went, from what was printed; of plain text what can be picked out."""
    match form:
        case Form.JUNIT:
            told = find_junit(stderr) or find_junit(stdout)
        case Form.JEST:
            told = read_jest(stdout)
        case Form.GO:
            told = read_events(stdout)
        case Form.CARGO:
            told = read_cargo(f"{stdout}\n{stderr}")
        case Form.UNITTEST:
            told = read_unittest(stderr)
        case Form.TEXT:
            told = None
    return told if told is not None else pick(f"{stdout}\n{stderr}")


def pick(text: str) -> Tally:
    """The results of every runner whose words are in the text; make and npm run any of them."""
    readers = (read_pytest, read_unittest, read_cargo, read_text, read_jest_text)
    text = text[-MAX_TEXT:]
    return sum((reader(text) for reader in readers), Tally())


def _own(ran: Ran, workplace: Workplace) -> tuple[str, str]:
    """Both streams; paths in the repository become relative to its root."""
    root = re.compile(rf"(?:file://)?{re.escape(str(workplace.root))}/")
    return root.sub("", ran.stdout), root.sub("", ran.stderr)


def _stopped(trial: Trial) -> str:
    if not trial.ran.timed_out:
        return ""
    name = running(trial.ran.stdout)
    during = f" while {name} ran" if name else ""
    return f"stopped after {trial.ran.seconds:.0f} s{during}; give `only`, or more `seconds`"


def _crashed(trial: Trial) -> str:
    code = trial.ran.exit_code
    said = _last(trial.said)
    if code == NOT_FOUND:
        return f"{trial.ran.argv[0]} is not installed here: {said}"
    if code == CANNOT_START:
        return f"the tests could not be started: {said}"
    if code in CRASHED:
        name = running(trial.ran.stdout)
        during = f" while {name} ran" if name else ""
        return f"the runner crashed ({CRASHED[code]}, exit code {code}){during}: {said}"
    return ""


def _untold(trial: Trial) -> str:
    """An exit code that the results do not explain."""
    code, tally = trial.ran.exit_code, trial.tally
    if not tally.total and code in {0, NO_TESTS}:
        return "no test was collected"
    if code and not tally.failures:
        return f"{trial.runner.name} ended with exit code {code}: {_last(trial.said)}"
    if not code and tally.failures:
        return f"{trial.runner.name} ended with exit code 0 although tests failed"
    return ""


def _last(output: str) -> str:
    """The last line that says something: an error before others."""
    lines = [line.strip() for line in output[-20_000:].splitlines() if line.strip(" =-_!")]
    errors = [line for line in lines if re.match(r"(?i)(?:\w*error\b|fatal\b|.*: error: )", line)]
    return (errors or lines or ["it said nothing"])[-1][:300]
