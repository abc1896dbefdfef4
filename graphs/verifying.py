"""The node that checks what a specialist wrote: `verify`.

What the checks find and what was not there before goes back to the specialist with the checks' own
words; a second time with leave to think longer; a third time it is reported as unresolved. Tests
that the change touches are proposed as a call, which goes through policy and person like any other.
"""

from typing import Any

from langchain_core.messages import HumanMessage
from langgraph.runtime import Runtime

from agents.belts import named
from agents.evidence import Evidence
from agents.finding import Finding
from agents.surveys import Ledger
from agents.verifying import Checked, check, tests_to_run
from agents.wording import line
from graphs.context import Context
from graphs.events import ToolCalled
from graphs.state import Call, TaskState
from graphs.telling import tell_findings
from prompts import Prompt, render

TRIES = 3
"""Verifications that may fail before what they found is reported as unresolved."""


async def verify(state: TaskState, runtime: Runtime[Context]) -> dict[str, Any]:
    """Runs the checks that fit the files which were written since the last verification."""
    context, task = runtime.context, state["task"]
    paths = list(dict.fromkeys(state["unverified"]))
    ledger = Ledger(task.id, state.get("evidence", []))
    checked = await check(context.workplace, paths, ledger)
    _tell(state, checked, runtime)
    kept: dict[str, Any] = {"evidence": list(checked.evidence), "unverified": []}
    new = checked.beside(state.get("known", []))
    if not new:
        tests = await tests_to_run(context.workplace, paths)
        return {**kept, **_passed(checked.evidence), "calls": _proposed(state, tests)}
    rejected = state.get("rejected", 0) + 1
    if rejected < TRIES:
        return {**kept, "rejected": rejected, **_said(Prompt.REJECTED, new)}
    tell_findings(runtime.stream_writer, task.role, task.id, new)
    unresolved = [f"{task.id} ({task.role}) left unresolved: {line(finding)}" for finding in new]
    return {
        **kept,
        "rejected": rejected,
        "findings": list(new),
        "open_questions": unresolved,
        **_said(Prompt.UNRESOLVED, new),
    }


def unresolved(state: TaskState) -> bool:
    """Whether the specialist has tried often enough."""
    return state.get("rejected", 0) >= TRIES


def _tell(state: TaskState, checked: Checked, runtime: Runtime[Context]) -> None:
    for kept in checked.evidence:
        told = kept.model_dump(include={"tool", "arguments", "exit_code", "seconds"})
        role, task = state["task"].role, state["task"].id
        runtime.stream_writer(ToolCalled(role=role, task=task, evidence=kept.id, **told))


def _passed(evidence: tuple[Evidence, ...]) -> dict[str, Any]:
    told = render(Prompt.VERIFIED, evidence=[kept.id for kept in evidence])
    return {"conversation": [HumanMessage(told)], "rejected": 0}


def _said(prompt: Prompt, findings: tuple[Finding, ...]) -> dict[str, Any]:
    told = render(prompt, findings=[line(finding) for finding in findings])
    return {"conversation": [HumanMessage(told)]}


def _proposed(state: TaskState, tests: tuple[str, ...]) -> list[Call]:
    """The tests that the change touches, where the specialist has the tool for them."""
    if not tests or named(state["task"].role, "run_tests") is None:
        return []
    why = f"see whether the change breaks {len(tests)} test files"
    return [Call(id="", tool="run_tests", arguments={"only": list(tests)}, why=why)]
