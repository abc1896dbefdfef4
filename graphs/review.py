"""The review node: accepts, or adds tasks, at most as often as the settings allow."""

from typing import Any, Literal

from langgraph.runtime import Runtime
from langgraph.types import Command

from agents.plan import Plan, Task, renumber
from agents.reviewer import review as ask_review
from agents.role import Role
from graphs.context import Context
from graphs.coordinator import first_free
from graphs.events import Planned
from graphs.results import results_of
from graphs.state import State
from graphs.telling import awaiting, tell_answer, watcher


async def review(state: State, runtime: Runtime[Context]) -> Command[Literal["dispatch", "report"]]:
    """Goes back to dispatch where tasks were added, on to the report otherwise. The plan of a
    recipe is whole as it is."""
    context, tell = runtime.context, runtime.stream_writer
    if state["request"].tasks or state["rounds"] >= context.settings.rounds:
        return Command(goto="report")
    results = results_of(state)
    decided, answer = await ask_review(
        context.mind(Role.COORDINATOR, awaiting(tell, Role.COORDINATOR, None)),
        results,
        watcher(tell, Role.COORDINATOR, None, prose=False),
    )
    tell_answer(tell, answer, prose=False)
    cost: dict[str, Any] = {
        "thoughts": [answer.thought] if answer.thought else [],
        "spent": [answer.spent],
    }
    if decided.accept:
        return Command(goto="report", update=cost)
    longer = _extend(state, decided.tasks)
    tell(Planned(tasks=longer.tasks, finished=tuple(task.id for task, _ in results.done)))
    update = {**cost, "plan": longer, "rounds": state["rounds"] + 1}
    return Command(goto="dispatch", update=update)


def _extend(state: State, tasks: tuple[Task, ...]) -> Plan:
    plan = state["plan"]
    assert plan is not None
    return Plan(tasks=(*plan.tasks, *renumber(Plan(tasks=tasks), first_free(state)).tasks))
