"""Plans: which are refused and why, and which tasks are ready."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.plan import MAX_TASKS, Plan, PlanError, Task, check, ready, renumber, without_repeats
from agents.role import SPECIALISTS, Role


def task(id: str, *needs: str, role: Role = Role.TESTING, goal: str = "look") -> Task:
    return Task(id=id, role=role, goal=goal, needs=needs)


@dataclass(frozen=True)
class Case:
    name: str
    tasks: tuple[Task, ...]
    says: str


REFUSED = (
    Case("too many", tuple(task(f"t{n}") for n in range(MAX_TASKS + 1)), "at most 12"),
    Case("a name twice", (task("a"), task("a")), "unique"),
    Case("a missing need", (task("a", "b"),), "'b', which is not in the plan"),
    Case("a need of itself", (task("a", "a"),), "circle"),
    Case("a cycle", (task("a", "c"), task("b", "a"), task("c", "b"), task("d")), "a, b, c"),
    Case("no specialist", (task("a", role=Role.COORDINATOR),), "choose one of"),
    Case("no goal", (task("a", goal="  "),), "no goal"),
)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_a_plan_that_cannot_be_carried_out_is_refused(case: Case) -> None:
    with pytest.raises(PlanError, match=case.says):
        check(Plan(tasks=case.tasks))


def test_a_plan_without_a_task_says_that_there_is_nothing_to_do() -> None:
    assert check(Plan(tasks=())).tasks == ()


def test_a_need_may_name_a_task_of_an_earlier_round() -> None:
    plan = Plan(tasks=(task("b", "a"),))
    assert check(plan, known=["a"]) is plan


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Plans without cycles: a task needs only tasks that stand before it."""
    count = draw(st.integers(1, MAX_TASKS))
    tasks = []
    for n in range(count):
        needs = draw(st.sets(st.integers(0, n - 1))) if n else set()
        role = draw(st.sampled_from(SPECIALISTS))
        tasks.append(task(f"x{n}", *(f"x{need}" for need in sorted(needs)), role=role))
    return Plan(tasks=tuple(draw(st.permutations(tasks))))


@given(plans())
def test_every_acyclic_plan_is_carried_out_whole_and_in_order(plan: Plan) -> None:
    check(plan)
    finished: list[str] = []
    while wave := ready(plan, finished):
        for one in wave:
            assert set(one.needs) <= set(finished)
        finished += [one.id for one in wave]
    assert sorted(finished) == sorted(one.id for one in plan.tasks)


@given(plans(), st.integers(1, 50))
def test_renumbering_changes_names_and_nothing_else(plan: Plan, first: int) -> None:
    new = renumber(plan, first)
    assert [one.id for one in new.tasks] == [f"t{first + n}" for n in range(len(plan.tasks))]
    old = {one.id: before.id for one, before in zip(new.tasks, plan.tasks, strict=True)}
    assert [tuple(old[n] for n in t.needs) for t in new.tasks] == [t.needs for t in plan.tasks]
    check(new)


def test_a_repeated_task_is_dropped_and_needs_follow_the_first() -> None:
    a, again = task("a"), task("b", goal="Look ")
    last = task("c", "b", "a", role=Role.GITHUB)
    assert [t.needs for t in without_repeats(Plan(tasks=(a, again, last))).tasks] == [(), ("a",)]
