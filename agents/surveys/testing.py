"""The testing specialist's survey: runners, test files, what the last run left behind."""

import json
import re

from agents.finding import Finding, Severity
from agents.runners.case import Case
from agents.runners.detection import find_runners
from agents.runners.junit import read_junit
from agents.surveys.notes import Notes
from agents.surveys.survey import Proposal
from agents.tools.tool import Result
from agents.tools.tree import Tree

TEST_FILES = ("test_*.py", "*_test.py", "*_test.go", "*.test.*s", "*.spec.*s", "*_test.rs")

LAST_FAILED = ".pytest_cache/v/cache/lastfailed"

JUNIT = (
    "junit.xml",
    "report.xml",
    "test-results.xml",
    "reports/junit.xml",
    "test-results/junit.xml",
)


async def test_files(notes: Notes) -> None:
    names = notes.tree.own(*TEST_FILES)
    text = "\n".join(names) or "no test file"
    id = notes.keep("list_files", {"pattern": ", ".join(TEST_FILES)}, Result(text))
    if not names:
        notes.say("There are no test files with a usual name", id)
        return
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    notes.say(f"{len(names)} test files: {', '.join(names[:6])}{more}", id)


async def how_to_run(notes: Notes) -> None:
    runners = await find_runners(notes.tree)
    for remark in runners.remarks:
        notes.say(remark)
    if not runners.found:
        notes.say("No test runner was recognised")
        return
    for runner in runners.found:
        notes.say(f"Runner {runner.name} ({runner.why}): {' '.join(runner.argv)}")
    best = runners.found[0]
    notes.propose(
        Proposal(
            tool="run_tests",
            arguments={"seconds": 300},
            why=f"run the tests with {best.name}",
        )
    )


async def last_pytest(notes: Notes) -> None:
    """What pytest remembers to have failed, as far as it still exists."""
    text = notes.tree.text(LAST_FAILED)
    if text is None:
        return
    nodes = [n for n in json.loads(text) if isinstance(n, str) and _still_there(notes.tree, n)]
    if not nodes:
        return
    id = notes.keep("read_file", {"path": LAST_FAILED}, Result("\n".join(nodes)))
    notes.say(f"{len(nodes)} tests failed when pytest last ran here", id)
    for node in nodes:
        path, _, name = node.partition("::")
        notes.found(
            Finding(
                severity=Severity.WARNING,
                message=f"{name or path} failed when the tests last ran",
                path=path,
                rule="pytest/last-failed",
                tool="pytest",
                evidence=(id,),
            )
        )


async def last_junit(notes: Notes) -> None:
    for name in JUNIT:
        tally = read_junit(notes.tree.text(name, 5_000_000) or "")
        if tally is None:
            continue
        failures = [_failure(case, name) for case in tally.failures]
        told = "\n".join(f.message for f in failures) or "no failure"
        id = notes.keep("read_file", {"path": name}, Result(told))
        notes.say(f"The report {name} shows {len(failures)} failures", id)
        notes.found(*(f.model_copy(update={"evidence": (id,)}) for f in failures))


PARTS = (test_files, how_to_run, last_pytest, last_junit)


def _still_there(tree: Tree, node: str) -> bool:
    """The file, and in it the test's name; the memory may be older than the code."""
    path, _, name = node.partition("::")
    text = tree.text(path)
    function = re.sub(r"\[.*", "", name).rpartition("::")[2]
    return text is not None and function in text


def _failure(case: Case, report: str) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        message=f"{case.test} failed, says {report}: {case.said[:160] or case.status}",
        path=case.path,
        line=case.line,
        rule="junit/failure",
        tool="junit",
    )
