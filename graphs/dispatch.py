"""The dispatch node: sends the next wave, or goes on to the review. Calls no model."""

from typing import Any

from langgraph.runtime import Runtime
from langgraph.types import Send

from agents.plan import Task
from agents.role import SPECIALISTS, Role
from graphs import forecast
from graphs.context import Context
from graphs.rechecking import due
from graphs.schedule import wave
from graphs.state import State, TaskState

NEXT = [*(role.value for role in SPECIALISTS), "verify", "review", "report"]
"""Where dispatch can go."""


def dispatch(state: State) -> dict[str, Any]:
    """The place where a wave ends and the next begins; it changes nothing."""
    return {}


def route(state: State, runtime: Runtime[Context]) -> list[Send] | str:
    """One `Send` for each task of the wave whose models fit into memory together; without any,
    `verify` where files were changed since the last verification, and then `review`. A plan without
    any task goes straight to the report."""
    plan = state["plan"]
    assert plan is not None
    if not plan.tasks:
        return "report"
    surveyed = {Role(role) for role in state["surveys"]}
    tasks = wave(plan, state["outcomes"], surveyed)
    if tasks:
        begun = forecast.begin(state, tasks, runtime.context)
        return [Send(task.role.value, _begin(state, task)) for task in begun]
    forecast.end(state, runtime.context)
    return "verify" if due(state) else "review"


def _begin(state: State, task: Task) -> TaskState:
    return TaskState(
        request=state["request"],
        task=task,
        earlier=[state["outcomes"][need] for need in task.needs],
        facts=state["surveys"].get(task.role.value, ""),
        calls=[],
        conversation=[],
        steps=0,
    )
