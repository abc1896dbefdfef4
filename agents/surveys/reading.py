"""Reads findings out of what a command printed: test runners, ruff, mypy.

What is not understood gives nothing; no line is guessed at.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from agents.evidence import Evidence
from agents.finding import Finding, Severity
from agents.runners.cargo import read_cargo
from agents.runners.case import Case, Status
from agents.runners.gotest import read_text
from agents.runners.jest import read_jest_text
from agents.runners.pytest_text import read_pytest
from agents.runners.tally import Tally
from agents.runners.unittest_text import read_unittest

MAX_FINDINGS = 50

READERS: Mapping[str, Callable[[str], Tally]] = {
    "pytest": read_pytest,
    "unittest": read_unittest,
    "cargo": read_cargo,
    "go": read_text,
    "jest": read_jest_text,
}
"""By the runner whose words they know."""


def findings_of(evidence: Evidence) -> tuple[Finding, ...]:
    """Failed tests and linter hits in the result of a `run` call; () for anything else."""
    if evidence.tool != "run" or evidence.exit_code == 0:
        return ()
    readers = (_tests, _ruff, _mypy)
    found = (finding for reader in readers for finding in reader(evidence.excerpt))
    unique = list(dict.fromkeys(found))[:MAX_FINDINGS]
    return tuple(f.model_copy(update={"evidence": (evidence.id,)}) for f in unique)


def _tests(text: str) -> Iterator[Finding]:
    for tool, reader in READERS.items():
        yield from (_failed(case, tool) for case in reader(text).failures)


def _failed(case: Case, tool: str) -> Finding:
    name = case.test.partition("::")[2] if tool == "pytest" else case.test
    if not name:
        return _uncollected(case, tool)
    failed = case.status is Status.FAILED
    return Finding(
        severity=Severity.ERROR,
        message=f"{name} {'fails' if failed else 'cannot run'}: {case.said}",
        path=case.path,
        line=case.line,
        rule=f"{tool}/{'failed' if failed else 'error'}",
        tool=tool,
    )


def _uncollected(case: Case, tool: str) -> Finding:
    missing = re.search(r"No module named '([\w.]+)'", case.said)
    return Finding(
        severity=Severity.WARNING if missing else Severity.ERROR,
        message=f"its tests cannot be collected: {case.said}",
        path=case.path,
        rule=f"{tool}/collection",
        tool=tool,
        fix="install what the tests need in the Python that runs them" if missing else None,
    )


def _ruff(text: str) -> Iterator[Finding]:
    concise = re.findall(
        r"^([^\s:][^:\n]*\.pyi?):(\d+):\d+: ([A-Z]{1,4}\d{3,4}) (?:\[\*\] )?(.+)$",
        text,
        re.MULTILINE,
    )
    full = re.findall(
        r"^([A-Z]{1,4}\d{3,4}) (?:\[\*\] )?(.+)\n +--> ([^\s:][^:\n]*):(\d+):\d+$",
        text,
        re.MULTILINE,
    )
    for path, line, code, said in (*concise, *((p, n, c, s) for c, s, p, n in full)):
        yield Finding(
            severity=Severity.WARNING,
            message=said.strip()[:200],
            path=path,
            line=int(line),
            rule=code,
            tool="ruff",
        )


def _mypy(text: str) -> Iterator[Finding]:
    for path, line, said, code in re.findall(
        r"^([^\s:][^:\n]*\.pyi?):(\d+): error: (.+?)  \[([\w-]+)\]$", text, re.MULTILINE
    ):
        yield Finding(
            severity=Severity.ERROR,
            message=said[:200],
            path=path,
            line=int(line),
            rule=f"mypy/{code}",
            tool="mypy",
        )
