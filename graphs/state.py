"""What a run knows: small, and append-only where parallel specialists write.

Run-wide objects (models, settings, the command runner) are not here but in `graphs.context`.
"""

from collections.abc import Sequence
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AnyMessage
from langgraph.graph.message import add_messages

from agents.evidence import Evidence
from agents.finding import Finding
from agents.outcome import Outcome
from agents.plan import Plan, Task
from agents.report import Report
from agents.request import Request
from agents.spent import Spent
from agents.thought import Thought
from agents.word import Word


class Call(Word):
    """A tool call that has not run yet."""

    id: str
    """The id that the model gave it; empty for a call that a survey proposes."""
    tool: str
    arguments: dict[str, Any]
    why: str = ""
    """What a survey proposes it for; empty for a model's call."""
    decided: bool = False
    """Whether policy and person have spoken."""
    refused: str = ""
    """Why it may not run; empty where it may."""
    seen: str = ""
    """What the person who allowed it was shown that it would change, as a digest."""


def append_evidence(old: Sequence[Evidence], new: Sequence[Evidence]) -> list[Evidence]:
    """Old and new, each id once: what is kept is never changed."""
    kept = {evidence.id for evidence in old}
    return [*old, *(evidence for evidence in new if evidence.id not in kept)]


def append_findings(old: Sequence[Finding], new: Sequence[Finding]) -> list[Finding]:
    """Old and new, each fault once, with the evidence of everybody who found it."""
    merged: dict[object, Finding] = {}
    for finding in (*old, *new):
        known = merged.get(fault(finding))
        evidence = dict.fromkeys((*(known.evidence if known else ()), *finding.evidence))
        merged[fault(finding)] = (known or finding).model_copy(update={"evidence": tuple(evidence)})
    return list(merged.values())


def fault(finding: Finding) -> tuple[str | None, int | None, str, str]:
    """What makes two findings the same."""
    return finding.path, finding.line, finding.rule, finding.message


def append(old: Sequence[Any], new: Sequence[Any]) -> list[Any]:  # of one word, whichever it is
    """Old, then new."""
    return [*old, *new]


def update(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:  # values of one word
    """Old, with new over it."""
    return {**old, **new}


class State(TypedDict):
    """The whole conversation over one repository."""

    request: Request
    messages: Annotated[list[AnyMessage], add_messages]
    """What the user asked and what was reported, turn by turn."""
    plan: Plan | None
    """The plan of the present request."""
    rounds: int
    """Reviews of the present request that added tasks."""
    outcomes: Annotated[dict[str, Outcome], update]
    """By task id; the ids count up over the whole conversation."""
    surveys: Annotated[dict[str, str], update]
    """What a role's survey said in the present request, by role; a role is surveyed once."""
    evidence: Annotated[list[Evidence], append_evidence]
    findings: Annotated[list[Finding], append_findings]
    thoughts: Annotated[list[Thought], append]
    spent: Annotated[list[Spent], append]
    open_questions: Annotated[list[str], append]
    changes: Annotated[list[str], append]
    """Files that the present request changed, in order; a file may stand here twice."""
    products: Annotated[list[str], append]
    """What the present request asked to be written, as Markdown."""
    fixed: list[Finding]
    """Findings of the present request that are there no more."""
    verified: list[str]
    """The ids, in place of a task's, under which verifications kept their evidence."""
    rechecked: int
    """How many of the changes the latest verification has seen."""
    report: Report | None


class TaskResult(TypedDict, total=False):
    """What a specialist hands back to the conversation."""

    outcomes: Annotated[dict[str, Outcome], update]
    surveys: Annotated[dict[str, str], update]
    evidence: Annotated[list[Evidence], append_evidence]
    findings: Annotated[list[Finding], append_findings]
    thoughts: Annotated[list[Thought], append]
    spent: Annotated[list[Spent], append]
    open_questions: Annotated[list[str], append]
    changes: Annotated[list[str], append]
    products: Annotated[list[str], append]


class TaskState(TaskResult, total=False):
    """What one specialist knows while it works on one task."""

    request: Request
    task: Task
    earlier: list[Outcome]
    """Outcomes of the tasks that this one needs."""
    facts: str
    """The survey, in words; empty until it is made."""
    calls: list[Call]
    """Calls that wait, in order; the first is the next to run."""
    conversation: Annotated[list[AnyMessage], add_messages]
    steps: int
    """Model calls made."""
    repeats: int
    """Calls that had been made before."""
    unverified: list[str]
    """Files that were written and that no check has looked at yet."""
    known: list[str]
    """What checks found wrong with those files before they were written."""
    rejected: int
    """Verifications that failed, one after the other."""


def finished(state: TaskState) -> bool:
    """Whether the task has an outcome."""
    return state["task"].id in state.get("outcomes", {})
