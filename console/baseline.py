"""`--baseline`: the findings of an earlier run, out of a file that it wrote.

SARIF and the findings' own JSON have ids that know the text of each line. The `--json` stream has
none, so they are made without that text, and a line that was replaced by one with the same fault
counts as unchanged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from agents.finding import identified
from console import findings_json, sarif
from console.compared import Baseline
from models.errors import UsageError

MAX_BYTES = 64_000_000
"""More than any of these files ever has."""


def read(path: Path) -> Baseline:
    """The findings in a file that Cadre wrote; UsageError for any other."""
    text = _text(path)
    try:
        return _parsed(text)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError):
        raise UsageError(
            f"--baseline: {path} is not a report of an earlier run that came to its end",
            "give a file that --sarif or --output json=FILE wrote, or what --json printed",
        ) from None


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _unreadable(path, str(error.strerror)) from None
    if len(data) > MAX_BYTES:
        raise _unreadable(path, f"it is larger than {MAX_BYTES:,} bytes")
    return data.decode("utf-8-sig", "replace")


def _unreadable(path: Path, why: str) -> UsageError:
    return UsageError(f"--baseline: cannot read {path}: {why}", "name a file of an earlier run")


def _parsed(text: str) -> Baseline:
    try:
        whole = json.loads(text)
    except ValueError:
        return _stream([json.loads(line) for line in text.splitlines() if line.strip()])
    if "runs" in whole:
        return Baseline(dict(sarif.findings(whole)), exact=True)
    if "findings" in whole:
        return Baseline(dict(findings_json.findings(whole)), exact=True)
    return _stream([whole])


def _stream(events: Sequence[Mapping[str, Any]]) -> Baseline:
    """The last event's report; a run that has none says nothing about what is fixed since."""
    if events[-1]["type"] != "reported":
        raise ValueError("the run ended without a report")
    found = [findings_json.finding(one) for one in events[-1]["report"]["findings"]]
    return Baseline(dict(identified(found)), exact=False)
