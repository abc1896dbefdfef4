"""Findings as SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0), as GitHub asks for it.

A finding's id is its fingerprint; beside an earlier run each result says whether it is new, and
what is fixed stands there as absent. Pure: findings in, a document out, and back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal
from urllib.parse import quote, unquote

from agents.finding import Finding, Identified, identified
from agents.report import Report
from console.clean import clean
from console.compared import Compared, compare, worst
from console.sarif_rules import LEVELS, rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

FINGERPRINT = "cadreFindingId/v1"

NOWHERE = "no file associated with this alert"
"""GitHub refuses a result without a file; this one, OpenSSF Scorecard's, it shows as it is."""

MAX_RESULTS = 25_000
MAX_BYTES = 10_000_000
"""GitHub refuses more of a run and a larger file; it measures the file compressed, we do not."""

MESSAGE_CHARS = 4_000

State = Literal["new", "unchanged", "absent"]


@dataclass(frozen=True)
class _Told:
    """A result to be."""

    id: str
    finding: Finding
    state: State | None
    """None where there is no earlier run."""


def document(
    report: Report, version: str, compared: Compared | None = None, category: str = "cadre"
) -> dict[str, Any]:
    """One run of Cadre, the worst first; `category` parts its results from those of other runs."""
    told = list(_told(compared or compare(identified(report.findings), None)))
    kept = told[: _fitting(told)]
    indices = {name: at for at, name in enumerate(sorted({one.finding.rule for one in kept}))}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(version, indices, kept)},
                "automationDetails": {"id": f"{category}/"},
                "invocations": [_invocation(len(told) - len(kept))],
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "its root"}}},
                "results": [_result(one, indices[one.finding.rule]) for one in kept],
            }
        ],
    }


def findings(whole: Mapping[str, Any]) -> Iterator[Identified]:
    """What a document says is there; KeyError, TypeError or ValueError where Cadre wrote it not."""
    for run in whole["runs"]:
        for result in run["results"]:
            if result.get("baselineState") != "absent":
                yield result["partialFingerprints"][FINGERPRINT], _finding(result)


def _told(compared: Compared) -> Iterator[_Told]:
    """All that is there, then what is fixed."""
    new = {id for id, _ in compared.new}
    for id, finding in worst(compared.new + compared.unchanged):
        yield _Told(id, finding, _state(id in new) if compared.baseline else None)
    for id, finding in worst(compared.fixed):
        yield _Told(id, finding, "absent")


def _state(new: bool) -> State:
    return "new" if new else "unchanged"


def _driver(version: str, names: Iterable[str], kept: Sequence[_Told]) -> dict[str, Any]:
    broken: dict[str, list[Finding]] = {name: [] for name in names}
    for one in kept:
        broken[one.finding.rule].append(one.finding)
    return {
        "name": "Cadre",
        "semanticVersion": version,
        "rules": [rule(name, findings) for name, findings in broken.items()],
    }


def _invocation(left_out: int) -> dict[str, Any]:
    if not left_out:
        return {"executionSuccessful": True}
    text = f"{left_out:,} results are left out, the least severe; a code host takes no more"
    note = {"level": "warning", "message": {"text": text}}
    return {"executionSuccessful": True, "toolExecutionNotifications": [note]}


def _fitting(told: Sequence[_Told]) -> int:
    """How many of them a code host takes, as they stand in an indented file."""
    room = MAX_BYTES // 2  # the other half is for the rules: each takes less than its result
    for number, one in enumerate(told[:MAX_RESULTS]):
        text = json.dumps(_result(one, MAX_RESULTS), indent=2)
        room -= len(text) + 8 * text.count("\n") + 12
        if room < 0:
            return number
    return min(len(told), MAX_RESULTS)


def _result(told: _Told, index: int) -> dict[str, Any]:
    finding = told.finding
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        **({"baselineState": told.state} if told.state else {}),
        "message": {"text": _message(finding)},
        "locations": [_location(finding.path, finding.line)],
        "partialFingerprints": {FINGERPRINT: told.id},
        "properties": {"tool": finding.tool, "evidence": list(finding.evidence)},
    }


def _message(finding: Finding) -> str:
    text = finding.message + (f"\nFix: {finding.fix}" if finding.fix else "")
    if finding.path and not _inside(finding.path):
        text = f"{finding.path}: {text}"
    text = clean(text).strip() or finding.rule
    return text if len(text) <= MESSAGE_CHARS else f"{text[:MESSAGE_CHARS]}…"


def _location(path: str | None, line: int | None) -> dict[str, Any]:
    """GitHub wants a file and a line of every result."""
    inside = path is not None and _inside(path)
    uri = quote((path if inside and path else NOWHERE).encode("utf-8", "surrogateescape"))
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": line if inside and line and line > 0 else 1},
        }
    }


def _inside(path: str) -> bool:
    """Whether the path is one of the repository's, and can be written down."""
    parts = PurePosixPath(path)
    try:
        path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return bool(parts.parts) and not parts.is_absolute() and ".." not in parts.parts


def _finding(result: Mapping[str, Any]) -> Finding:
    levels = {level: severity for severity, level in LEVELS.items()}
    message, _, fix = result["message"]["text"].partition("\nFix: ")
    place = result["locations"][0]["physicalLocation"]
    path = unquote(place["artifactLocation"]["uri"], errors="surrogateescape")
    somewhere = path != NOWHERE
    return Finding(
        severity=levels[result["level"]],
        message=message,
        path=path if somewhere else None,
        line=place["region"]["startLine"] if somewhere else None,
        rule=result["ruleId"],
        tool=result["properties"]["tool"],
        fix=fix or None,
    )
