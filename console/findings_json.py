"""Findings as JSON: each with its id and, beside an earlier run, whether it is new. Pure.

    {"cadre": "0.1.0", "findings": [{"id": ..., "state": "new", ...}], "fixed": [{"id": ..., ...}]}

`state` is `new` or `unchanged`, and null where there was no earlier run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from agents.finding import Finding, Identified
from console.compared import Compared, worst


def document(compared: Compared, version: str) -> dict[str, Any]:
    """All that are there, the worst first, then those that are fixed."""
    new = {id for id, _ in compared.new}
    found = worst(compared.new + compared.unchanged)
    return {
        "cadre": version,
        "findings": [_one(one, state=_state(one[0] in new, compared)) for one in found],
        "fixed": [_one(one) for one in worst(compared.fixed)],
    }


def findings(whole: Mapping[str, Any]) -> Iterator[Identified]:
    """Those of a document; ValueError, TypeError or KeyError for one that Cadre did not write."""
    if not isinstance(whole["cadre"], str):
        raise TypeError("no version of Cadre")
    for one in whole["findings"]:
        yield str(one["id"]), finding(one)


def finding(fields: Mapping[str, Any]) -> Finding:
    """One finding, without fields that a later version may have added."""
    known = Finding.model_fields
    return Finding.model_validate({name: fields[name] for name in fields if name in known})


def _state(new: bool, compared: Compared) -> str | None:
    if not compared.baseline:
        return None
    return "new" if new else "unchanged"


def _one(one: Identified, **more: str | None) -> dict[str, Any]:
    id, finding = one
    return {"id": id, **more, **finding.model_dump(mode="json")}
