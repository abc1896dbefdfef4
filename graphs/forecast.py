"""What the models' pool is told of a plan: what begins now, and what comes after it.

Where the models of a wave do not fit into memory together, those tasks begin that let the whole
plan end with the fewest loads; the others wait for the next wave.
"""

from collections.abc import Collection, Sequence

from agents.plan import Plan, Task
from agents.role import Role
from agents.thinking import decide
from graphs.context import Context
from graphs.state import State
from models.pool import Job

END = "end"
"""The coordinator's review and report, which need all tasks."""


def begin(state: State, wave: Sequence[Task], context: Context) -> tuple[Task, ...]:
    """The tasks of the wave that begin now, by model; the pool hears what follows."""
    plan = state["plan"]
    assert plan is not None, "a wave is of a plan"
    swaps = context.models.fewest(_jobs(state, plan, state["outcomes"], context))
    context.models.expect(swaps.waves)
    ready = {task.id: task for task in wave}
    chosen = tuple(ready[id] for id in swaps.now if id in ready)
    return chosen or tuple(wave)


def end(state: State, context: Context) -> None:
    """Only the coordinator is needed from now on."""
    context.models.expect([_coordinators(state, context)])


def _jobs(state: State, plan: Plan, finished: Collection[str], context: Context) -> list[Job]:
    left = [task for task in plan.tasks if task.id not in finished]
    jobs = [Job(task.id, (_model(state, task, context),), task.needs) for task in left]
    return [*jobs, Job(END, _coordinators(state, context), tuple(task.id for task in left))]


def _model(state: State, task: Task, context: Context) -> str:
    member = context.member(task.role)
    thinks = decide(member, state["request"], task.complexity).on
    return member.model_for(thinking=thinks)


def _coordinators(state: State, context: Context) -> tuple[str, ...]:
    member = context.member(Role.COORDINATOR)
    thinks = decide(member, state["request"]).on
    return (member.model_for(thinking=thinks),)
