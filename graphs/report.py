"""The report node: the coordinator's words over what the tools found, opinions marked."""

from typing import Any

from langchain_core.messages import AIMessage
from langgraph.runtime import Runtime

from agents.citation import mark_opinions
from agents.report import Report
from agents.reporter import talk, write
from agents.role import Role
from agents.spent import by_role
from agents.wording import lead
from graphs.context import Context
from graphs.findings import evidence_of_request
from graphs.results import results_of
from graphs.state import State
from graphs.telling import awaiting, tell_answer, watcher


async def report(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """Writes the report of the present request; the run tells it once it is kept."""
    context, tell = runtime.context, runtime.stream_writer
    mind = context.mind(Role.COORDINATOR, awaiting(tell, Role.COORDINATOR, None))
    watch = watcher(tell, Role.COORDINATOR, None)
    results, plan = results_of(state), state["plan"]
    if plan and plan.tasks:
        answer = await write(mind, results, watch)
        known = {evidence.id for evidence in evidence_of_request(state)}
        said = mark_opinions(answer.text.strip(), known)
    else:
        answer = await talk(mind, state["request"], watch)
        said = answer.text.strip()
    tell_answer(tell, answer)
    text = "\n\n".join(part for part in (lead(results.findings, results.fixed), said) if part)
    return {
        "report": Report(
            answer=text,
            findings=results.findings,
            fixed=results.fixed,
            changes=results.changes,
            product="\n\n".join(state["products"]),
            open_questions=results.open_questions,
            usage=by_role([*state["spent"], answer.spent]),
        ),
        "messages": [AIMessage(text)],
        "thoughts": [answer.thought] if answer.thought else [],
        "spent": [answer.spent],
    }
