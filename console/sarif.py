"""Findings as SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0), which code hosts display.

Pure: a report in, a document out.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from agents.finding import Finding, Severity
from agents.report import Report
from console.clean import clean

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def document(report: Report, version: str) -> dict[str, Any]:
    """One run of Cadre, with a rule for each rule that was broken."""
    rules = sorted({finding.rule: finding for finding in report.findings})
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "Cadre",
                        "semanticVersion": version,
                        "rules": [{"id": rule} for rule in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "its root"}}},
                "results": [_result(finding, rules) for finding in report.findings],
            }
        ],
    }


def _result(finding: Finding, rules: list[str]) -> dict[str, Any]:
    text = finding.message + (f"\nFix: {finding.fix}" if finding.fix else "")
    return {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "level": LEVELS[finding.severity],
        "message": {"text": clean(text)},
        "properties": {"tool": finding.tool, "evidence": list(finding.evidence)},
        **({"locations": [_location(finding.path, finding.line)]} if finding.path else {}),
    }


def _location(path: str, line: int | None) -> dict[str, Any]:
    place: dict[str, Any] = {
        "artifactLocation": {
            "uri": quote(path.encode("utf-8", "surrogateescape")),
            "uriBaseId": "%SRCROOT%",
        }
    }
    if line is not None and line > 0:
        place["region"] = {"startLine": line}
    return {"physicalLocation": place}
