"""Findings in words: how prompts name them, short and with their evidence."""

from collections import Counter
from collections.abc import Iterable, Sequence

from agents.finding import Finding, Severity

SHOWN = 20
"""Findings that a prompt names; a reader of the report sees all of them."""


def line(finding: Finding) -> str:
    """`error: message (path:line) [t1.2]`."""
    place = finding.path or ""
    if finding.path and finding.line:
        place = f"{finding.path}:{finding.line}"
    ids = f" [{', '.join(finding.evidence)}]" if finding.evidence else ""
    return f"{finding.severity}: {finding.message}{f' ({place})' if place else ''}{ids}"


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Worst first; within one severity by path and line."""
    return sorted(findings, key=lambda f: (f.severity.rank, f.path or "", f.line or 0, f.rule))


def worst(findings: Sequence[Finding]) -> list[Finding]:
    """The first few of them, worst first."""
    return ordered(findings)[:SHOWN]


def counts(findings: Iterable[Finding]) -> str:
    """`2 errors, 1 note`; empty where there are none."""
    counted = Counter(finding.severity for finding in findings)
    return ", ".join(
        f"{counted[severity]} {severity}{'s' if counted[severity] > 1 else ''}"
        for severity in Severity
        if counted[severity]
    )


def lead(findings: Sequence[Finding], fixed: Sequence[Finding] = ()) -> str:
    """What a report opens with, whatever the model says: counts, and the worst finding."""
    mended = f"**{len(fixed)} mended.** " if fixed else ""
    if not findings:
        return mended.strip()
    return f"{mended}**{counts(findings)}.** The worst is {line(ordered(findings)[0])}."
