"""Which tasks go next."""

from hypothesis import given

from agents.plan import Plan, Task
from agents.role import Role
from graphs.schedule import wave
from tests.agents.test_plan import plans


def test_tasks_of_different_roles_go_side_by_side() -> None:
    a = Task(id="a", role=Role.TESTING, goal="x")
    b = Task(id="b", role=Role.CI_CD, goal="x")
    assert wave(Plan(tasks=(a, b)), [], []) == (a, b)


def test_a_role_is_surveyed_by_one_task_before_its_others_go() -> None:
    a, b = (Task(id=id, role=Role.TESTING, goal="x") for id in "ab")
    plan = Plan(tasks=(a, b))
    assert wave(plan, [], []) == (a,)
    assert wave(plan, ["a"], [Role.TESTING]) == (b,)
    assert wave(plan, [], [Role.TESTING]) == (a, b)


@given(plans())
def test_every_plan_is_finished_and_each_role_is_surveyed_once(plan: Plan) -> None:
    finished: list[str] = []
    surveyed: list[Role] = []
    while tasks := wave(plan, finished, surveyed):
        new = [task.role for task in tasks if task.role not in surveyed]
        assert len(new) == len(set(new))
        assert all(set(task.needs) <= set(finished) for task in tasks)
        surveyed += new
        finished += [task.id for task in tasks]
    assert sorted(finished) == sorted(task.id for task in plan.tasks)
