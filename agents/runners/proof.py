"""Whether a test fails now, and for the reason that is expected.

A test that is written before a fix proves the fault only if it fails for it: not for a typing
error in the test, and not because it was never collected.
"""

from dataclasses import dataclass

from agents.runners.case import Case, Status
from agents.runners.detection import find_runners
from agents.runners.selection import CannotSelect
from agents.runners.trial import attempt
from agents.tools.tree import tree_of
from agents.tools.workplace import Workplace


@dataclass(frozen=True)
class Proof:
    """What one run of the test showed."""

    fails: bool
    """It ran, and failed."""
    expected: bool
    """It failed, and said what was expected."""
    said: str
    """What it said, or why nothing is shown, in one line."""


async def fails_for(workplace: Workplace, test: str, text: str, seconds: float = 120) -> Proof:
    """Run one test (a name or a file) and look for `text` in what its failures say."""
    runners = await find_runners(await tree_of(workplace))
    runner = runners.fitting([test])
    if runner is None:
        return Proof(False, False, "no test runner was recognised")
    limit = min(seconds, workplace.longest_seconds)
    try:
        trial = await attempt(workplace, runner, [test], limit)
    except CannotSelect as error:
        return Proof(False, False, str(error))
    failed = [case for case in trial.tally.failures if case.status is Status.FAILED]
    if failed:
        told = next((case for case in failed if _says(case, text)), None)
        return Proof(True, told is not None, (told or failed[0]).said)
    broken = next(iter(trial.tally.failures), None)
    if broken:
        return Proof(False, False, f"it cannot run: {broken.said}")
    return Proof(False, False, trial.trouble or f"it does not fail: {trial.tally}")


def _says(case: Case, text: str) -> bool:
    wanted = " ".join(text.split()).casefold()
    return wanted in " ".join(f"{case.kind} {case.said} {case.detail}".split()).casefold()
