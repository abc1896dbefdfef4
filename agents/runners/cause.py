"""Failures that have one cause: the same exception, saying the same, at the same line of code.

Where the deepest line is the test's own and nothing was asserted (a module that is missing, a
service that is down), the fault lies elsewhere and the line says nothing: it is left out.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from agents.finding import Finding, Severity
from agents.runners.case import Case, Frame, Status

_NORMAL = (
    (re.compile(r"0x[0-9a-fA-F]+|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "…"),
    (re.compile(r"(?:/[\w.+-]+){2,}"), "…"),
    (re.compile(r"\d+(?:[.:,]\d+)*"), "…"),
    (re.compile(r"\s+"), " "),
)
"""What differs from one failure to the next of the same cause: addresses, places, numbers."""

MISSING = re.compile(r"No module named '([\w.]+)'|Cannot find (?:module|package) '([^']+)'")


@dataclass(frozen=True)
class Cause:
    """One cause with the tests that it makes fail."""

    cases: tuple[Case, ...]

    @property
    def first(self) -> Case:
        """The one that is shown for all."""
        return self.cases[0]

    @property
    def where(self) -> Frame | None:
        """The test's line of an assertion, else the deepest line of the repository."""
        if self.first.kind == "AssertionError":
            return self.first.where
        return self.first.frame or self.first.where

    @property
    def headline(self) -> str:
        """How many fail, and why."""
        verb = "fail" if self.first.status is Status.FAILED else "cannot run"
        if len(self.cases) == 1:
            return f"{self.first.test} {verb.replace('fail', 'fails')}: {self.first.said}"
        return f"{len(self.cases)} tests {verb}: {self.first.said}"

    def finding(self, tool: str) -> Finding:
        """The cause as a finding of the runner `tool`."""
        missing = MISSING.search(self.first.said) if self.first.status is Status.ERROR else None
        where = self.where
        names = ", ".join(case.test for case in self.cases[:3])
        more = f" and {len(self.cases) - 3} more" if len(self.cases) > 3 else ""
        several = f" ({names}{more})" if len(self.cases) > 1 else ""
        return Finding(
            severity=Severity.WARNING if missing else Severity.ERROR,
            message=f"{self.headline}{several}",
            path=where.path if where else self.first.path,
            line=where.line if where else None,
            rule="tests/failed" if self.first.status is Status.FAILED else "tests/error",
            tool=tool,
            fix="install what the tests need where they run" if missing else None,
        )


def causes(cases: Iterable[Case]) -> tuple[Cause, ...]:
    """The failures among the cases by cause, the one with the most tests first."""
    groups: dict[tuple[object, ...], list[Case]] = {}
    for case in cases:
        if case.bad:
            groups.setdefault(_key(case), []).append(case)
    ordered = sorted(groups.values(), key=lambda group: -len(group))
    return tuple(Cause(tuple(group)) for group in ordered)


def normal(said: str) -> str:
    """What was said, without what differs between failures of one cause."""
    for pattern, instead in _NORMAL:
        said = pattern.sub(instead, said)
    return said.strip()


def _key(case: Case) -> tuple[object, ...]:
    asserted = case.kind in {"AssertionError", ""}
    telling = asserted or case.frame is None or case.frame.path != case.path
    said = normal(case.said)
    if telling and not asserted:  # the same line raised: which key was missing is no other cause
        said = re.sub(r"'[^']*'|\"[^\"]*\"", "…", said)
    return (case.status, case.kind, said, case.frame if telling else None)
