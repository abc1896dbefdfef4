"""The coordinator's node: a look at the repository, then a plan."""

from typing import Any

from langgraph.runtime import Runtime

from agents.overview import overview
from agents.plan import Plan, renumber
from agents.planner import plan
from agents.role import Role
from graphs.context import Context
from graphs.events import Planned
from graphs.state import State
from graphs.telling import awaiting, tell_answer, watcher


async def coordinator(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """Writes the plan, unless the request brings one; its task ids count up over the whole
    conversation."""
    tell, context = runtime.stream_writer, runtime.context
    if state["request"].tasks:
        ready = renumber(Plan(tasks=state["request"].tasks), first_free(state))
        tell(Planned(tasks=ready.tasks))
        return {"plan": ready}
    made, answers = await plan(
        context.mind(Role.COORDINATOR, awaiting(tell, Role.COORDINATOR, None)),
        state["request"],
        await overview(context.workplace),
        state["messages"][:-1],
        watcher(tell, Role.COORDINATOR, None, prose=False),
    )
    for answer in answers:
        tell_answer(tell, answer, prose=False)
    numbered = renumber(made, first_free(state))
    tell(Planned(tasks=numbered.tasks))
    return {
        "plan": numbered,
        "thoughts": [answer.thought for answer in answers if answer.thought],
        "spent": [answer.spent for answer in answers],
    }


def first_free(state: State) -> int:
    """The number that no task of this conversation has had yet."""
    tasks = (state.get("plan") or Plan(tasks=())).tasks
    used = [*state["outcomes"], *(task.id for task in tasks)]
    used += [evidence.id.split(".")[0] for evidence in state["evidence"]]
    return 1 + max((int(id.removeprefix("t")) for id in used), default=0)
