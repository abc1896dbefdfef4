"""The node that looks again once the team has changed something: `verify`.

It repeats the looks of the specialists. What they had found and is there no more counts as fixed,
what is there now and was not before as found. Tests count as mended when they have passed since.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from langgraph.runtime import Runtime

from agents.evidence import Evidence
from agents.finding import Finding
from agents.role import Role
from agents.surveys import Ledger, survey
from agents.verifying import fault_of
from graphs.context import Context
from graphs.coordinator import first_free
from graphs.events import ToolCalled
from graphs.findings import evidence_of_request, of_request
from graphs.state import State
from graphs.telling import tell_findings

RUNS = frozenset({"run", "run_tests"})
"""Tools whose findings no survey repeats."""


def due(state: State) -> bool:
    """Whether something was changed that no verification has seen."""
    return len(state["changes"]) > state["rechecked"]


async def verify(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """Looks at the repository again as each specialist had looked."""
    tell, id = runtime.stream_writer, f"t{first_free(state)}"
    ledger = Ledger(id)
    found: list[Finding] = []
    scoped = state["request"].model_copy(update={"recipe": ""})
    for role in map(Role, state["surveys"]):
        found += (await survey(role, runtime.context.workplace, ledger, scoped)).findings
    for kept in ledger.kept:
        told = kept.model_dump(include={"tool", "arguments", "exit_code", "seconds"})
        tell(ToolCalled(role=Role.COORDINATOR, evidence=kept.id, **told))
    before = of_request(state)
    known, now = ({fault_of(f) for f in findings} for findings in (before, found))
    new = [finding for finding in found if fault_of(finding) not in known]
    tell_findings(tell, Role.COORDINATOR, id, new)
    return {
        "evidence": list(ledger.kept),
        "findings": new,
        "fixed": list(_fixed(before, now, evidence_of_request(state))),
        "verified": [*state["verified"], id],
        "rechecked": len(state["changes"]),
    }


def _fixed(
    before: Sequence[Finding], now: set[str], evidence: Sequence[Evidence]
) -> Iterator[Finding]:
    order = {kept.id: (at, kept) for at, kept in enumerate(evidence)}
    for finding in before:
        shown = [order[id] for id in finding.evidence if id in order]
        runs = [(at, kept) for at, kept in shown if kept.tool in RUNS]
        if runs:
            at, kept = runs[-1]
            if any(_passes(later, kept, finding) for later in evidence[at + 1 :]):
                yield finding
        elif fault_of(finding) not in now:
            yield finding


def _passes(later: Evidence, failed: Evidence, finding: Finding) -> bool:
    """Whether a later run shows that what had failed does so no more."""
    if later.tool not in RUNS or later.exit_code != 0:
        return False
    if later.tool == "run":
        return later.arguments == failed.arguments
    only = later.arguments.get("only") or []
    covered = [only] if isinstance(only, str) else list(only) if isinstance(only, list) else []
    return not covered or any(finding.path and str(one).startswith(finding.path) for one in covered)
