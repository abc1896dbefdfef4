"""What a session holds, read out of its latest checkpoint and those of its unfinished tasks."""

from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver

from agents.spent import by_role
from graphs.session import SessionRow, SessionView
from graphs.state import append_evidence, append_findings
from graphs.workflow import build


async def view(saver: BaseCheckpointSaver[str], row: SessionRow) -> SessionView:
    """The session, with what specialists that were stopped had found until then."""
    config: RunnableConfig = {"configurable": {"thread_id": row.name}}
    snapshot = await build(saver).aget_state(config, subgraphs=True)
    values: dict[str, Any] = dict(snapshot.values)  # the state's own types, by its keys
    for task in snapshot.tasks:
        under = getattr(task.state, "values", None) or {}
        values = _joined(values, under)
    return SessionView(
        row=row,
        plan=values.get("plan"),
        outcomes=values.get("outcomes", {}),
        evidence=tuple(values.get("evidence", ())),
        findings=tuple(values.get("findings", ())),
        thoughts=tuple(values.get("thoughts", ())),
        usage=by_role(values.get("spent", ())),
        report=values.get("report"),
    )


def _joined(whole: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    evidence = append_evidence(whole.get("evidence", []), part.get("evidence", []))
    findings = append_findings(whole.get("findings", []), part.get("findings", []))
    thoughts = [*whole.get("thoughts", []), *part.get("thoughts", [])]
    outcomes = {**whole.get("outcomes", {}), **part.get("outcomes", {})}
    spent = [*whole.get("spent", []), *part.get("spent", [])]
    joined = {"evidence": evidence, "findings": findings, "thoughts": thoughts}
    return {**whole, **joined, "outcomes": outcomes, "spent": spent}
