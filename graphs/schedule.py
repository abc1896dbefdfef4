"""Which tasks go next: pure, from the plan and the tasks that are finished.

Ready tasks of different roles go side by side. A role that has not been surveyed in this
request gets one task first, so that no checker runs twice; its other tasks share the survey.
"""

from collections.abc import Collection

from agents.plan import Plan, Task, ready
from agents.role import Role


def wave(plan: Plan, finished: Collection[str], surveyed: Collection[Role]) -> tuple[Task, ...]:
    """The tasks to send now; empty when the plan is done."""
    chosen: list[Task] = []
    for task in ready(plan, finished):
        first_of_role = all(other.role is not task.role for other in chosen)
        if task.role in surveyed or first_of_role:
            chosen.append(task)
    return tuple(chosen)
