"""Findings as GitLab's code quality report, which a merge request shows beside its changes.

The format is Code Climate's as far as docs.gitlab.com/ci/testing/code_quality asks for it. A
finding without a file cannot be shown there and is left out. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agents.finding import Finding, Identified, Severity
from console.clean import one_line
from console.compared import worst

SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}


def document(found: Sequence[Identified]) -> list[dict[str, Any]]:
    """The worst first. GitLab compares the fingerprints itself, and shows what is new."""
    return [_issue(id, finding, finding.path) for id, finding in worst(found) if finding.path]


def _issue(id: str, finding: Finding, path: str) -> dict[str, Any]:
    return {
        "description": one_line(finding.message) or one_line(finding.rule),
        "check_name": one_line(finding.rule),
        "fingerprint": id,
        "severity": SEVERITIES[finding.severity],
        "location": {"path": one_line(path), "lines": {"begin": max(finding.line or 1, 1)}},
    }
