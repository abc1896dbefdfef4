"""The coordinator's plan: tasks, who does them, and what each must wait for.

Everything here is pure. A plan that cannot be carried out is refused with a sentence that
a model, or a person, can act on.
"""

from collections.abc import Collection
from typing import Literal

from agents.role import SPECIALISTS, Role
from agents.word import Word

MAX_TASKS = 12
"""More tasks than this is not a plan but a wish list."""


class Task(Word):
    """One piece of work for one specialist."""

    id: str
    """A short name, unique in the plan, such as `t1`."""
    role: Role
    """The specialist who does it."""
    goal: str
    """What to find out or to do, in one sentence."""
    needs: tuple[str, ...] = ()
    """Ids of the tasks that must be finished first."""
    complexity: Literal["low", "medium", "high"] = "medium"
    """How hard it is; it bounds how long the specialist may think."""


class Plan(Word):
    """The tasks of one request."""

    tasks: tuple[Task, ...]
    """At most twelve; none where nothing is asked about the repository."""

    def task(self, id: str) -> Task:
        """The task with that id; KeyError where there is none."""
        for task in self.tasks:
            if task.id == id:
                return task
        raise KeyError(id)


class PlanError(ValueError):
    """A plan that cannot be carried out; the text says why, for the model and for the user."""


def check(plan: Plan, known: Collection[str] = ()) -> Plan:
    """The plan itself, or PlanError. `known` are ids of earlier tasks that `needs` may name."""
    _check_size(plan)
    ids = [task.id for task in plan.tasks]
    twice = sorted({id for id in ids if ids.count(id) > 1})
    if twice:
        raise PlanError(f"two tasks have the id {twice[0]!r}; every id must be unique")
    for task in plan.tasks:
        _check_task(task, {*ids, *known})
    _check_cycle(plan)
    return plan


def without_repeats(plan: Plan) -> Plan:
    """The same plan, each goal of a role once; what needs a dropped task needs the first one."""
    first: dict[tuple[Role, str], str] = {}
    for task in plan.tasks:
        first.setdefault((task.role, task.goal.strip().lower()), task.id)
    stands_for = {t.id: first[(t.role, t.goal.strip().lower())] for t in plan.tasks}
    kept = [task for task in plan.tasks if stands_for[task.id] == task.id]
    return Plan(
        tasks=tuple(task.model_copy(update={"needs": _followed(task, stands_for)}) for task in kept)
    )


def ready(plan: Plan, finished: Collection[str]) -> tuple[Task, ...]:
    """The unfinished tasks whose needs are all finished, in the plan's order."""
    return tuple(
        task
        for task in plan.tasks
        if task.id not in finished and all(need in finished for need in task.needs)
    )


def renumber(plan: Plan, first: int, known: Collection[str] = ()) -> Plan:
    """The same plan with ids `t<first>`, `t<first + 1>`, ... in its order.

    Ids in `known` (tasks of an earlier round) are left as they are where a need names them.
    """
    names = {task.id: f"t{first + n}" for n, task in enumerate(plan.tasks)}
    return Plan(
        tasks=tuple(
            task.model_copy(
                update={
                    "id": names[task.id],
                    "needs": tuple(names.get(need, need) for need in task.needs),
                }
            )
            for task in plan.tasks
        )
    )


def _followed(task: Task, stands_for: dict[str, str]) -> tuple[str, ...]:
    followed = dict.fromkeys(stands_for.get(need, need) for need in task.needs)
    return tuple(need for need in followed if need != task.id)


def _check_size(plan: Plan) -> None:
    if len(plan.tasks) > MAX_TASKS:
        raise PlanError(f"the plan has {len(plan.tasks)} tasks; give at most {MAX_TASKS}")


def _check_task(task: Task, ids: Collection[str]) -> None:
    if task.role not in SPECIALISTS:
        raise PlanError(
            f"task {task.id!r} is given to {task.role.value!r}; "
            f"choose one of {', '.join(SPECIALISTS)}"
        )
    if not task.goal.strip():
        raise PlanError(f"task {task.id!r} has no goal; say in one sentence what to do")
    missing = [need for need in task.needs if need not in ids]
    if missing:
        raise PlanError(f"task {task.id!r} needs {missing[0]!r}, which is not in the plan")


def _check_cycle(plan: Plan) -> None:
    own = {task.id for task in plan.tasks}
    done: set[str] = set()
    while len(done) < len(own):
        free = {t.id for t in plan.tasks if t.id not in done and not (set(t.needs) & own) - done}
        if not free:
            raise PlanError(
                f"tasks {', '.join(sorted(own - done))} wait for each other in a circle"
            )
        done |= free
