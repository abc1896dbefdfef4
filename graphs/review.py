"""The review node: accepts, or adds tasks, at most as often as the settings allow."""

from typing import Any, Literal

from langgraph.runtime import Runtime
from langgraph.types import Command

from agents.outcome import Outcome
from agents.plan import Plan, Task, renumber
from agents.reviewer import review as ask_review
from agents.role import Role
from graphs.context import Context
from graphs.coordinator import first_free
from graphs.events import Planned
from graphs.findings import of_request
from graphs.state import State
from graphs.telling import tell_answer, watcher


async def review(state: State, runtime: Runtime[Context]) -> Command[Literal["dispatch", "report"]]:
    """Goes back to dispatch where tasks were added, on to the report otherwise."""
    context, tell = runtime.context, runtime.stream_writer
    if state["rounds"] >= context.settings.rounds:
        return Command(goto="report")
    decided, answer = await ask_review(
        await context.model(Role.COORDINATOR),
        context.member(Role.COORDINATOR),
        state["request"],
        done(state),
        of_request(state),
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
    tell(Planned(tasks=longer.tasks, finished=tuple(task.id for task, _ in done(state))))
    update = {**cost, "plan": longer, "rounds": state["rounds"] + 1}
    return Command(goto="dispatch", update=update)


def done(state: State) -> list[tuple[Task, Outcome]]:
    """The tasks of the present plan, with how they ended."""
    plan = state["plan"]
    assert plan is not None
    outcomes = state["outcomes"]
    return [(task, outcomes[task.id]) for task in plan.tasks if task.id in outcomes]


def _extend(state: State, tasks: tuple[Task, ...]) -> Plan:
    plan = state["plan"]
    assert plan is not None
    return Plan(tasks=(*plan.tasks, *renumber(Plan(tasks=tasks), first_free(state)).tasks))
