"""Which evidence and findings belong to the present request of a longer conversation."""

from agents.evidence import Evidence
from agents.finding import Finding
from agents.verifying import fault_of
from agents.wording import ordered
from graphs.state import State


def of_request(state: State) -> list[Finding]:
    """The findings that the present plan's tasks showed, worst first, mended or not."""
    ids = {evidence.id for evidence in evidence_of_request(state)}
    return ordered(f for f in state["findings"] if ids.intersection(f.evidence))


def open_ones(state: State) -> list[Finding]:
    """The same without those that were mended."""
    fixed = {fault_of(finding) for finding in state["fixed"]}
    return [finding for finding in of_request(state) if fault_of(finding) not in fixed]


def evidence_of_request(state: State) -> list[Evidence]:
    """The evidence of the present plan's tasks, and of their verification."""
    plan = state["plan"]
    tasks = {*(task.id for task in plan.tasks), *state["verified"]} if plan else set()
    return [evidence for evidence in state["evidence"] if evidence.id.split(".")[0] in tasks]
