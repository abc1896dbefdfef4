"""The reviewer's examples: accept, or the tasks that are missing."""

import json
from dataclasses import replace
from typing import Any

from agents.goals import FOLLOW_UPS, REASONS
from agents.role import Role
from generator.dice import Dice
from generator.example import Example, asked
from generator.results import Results, results

HANDED = {
    "development": "the cause lies in the source code, which I did not look at",
    "testing": "whether the tests notice it was not tried",
    "ci_cd": "the cause lies in the pipeline, which I did not look at",
    "github": "which commit brought it I cannot see",
    "documentation": "what the documents say about it was not checked",
}


def review_example(dice: Dice) -> Example:
    """Results, whole or with something missing."""
    made = results(dice)
    form = dice.weighted({"whole": 5, "dropped": 3 if len(made.tasks) > 1 else 0, "handed": 2})
    match form:
        case "dropped":
            return _dropped(made, dice)
        case "handed":
            return _handed(made, dice)
        case _:
            return _whole(made)


def _whole(made: Results) -> Example:
    roles = ", ".join(dict.fromkeys(task["role"] for task in made.tasks))
    failed = " A task failed and says why." if made.open_questions else ""
    thought = f"Asked of {roles}; all done.{failed}"
    return _example(made, thought, True, REASONS[0], [])


def _dropped(made: Results, dice: Dice) -> Example:
    """A part of the request had no task."""
    gone = dice.number(0, len(made.tasks) - 1)
    task = made.tasks[gone]
    left = _without(made, gone)
    kept = {t["id"] for t in left.tasks}
    new = _new(task["role"], task["goal"], [need for need in task["needs"] if need in kept])
    thought = f"Nobody did: {task['goal']}. Missing: {task['role']}."
    return _example(left, thought, False, f"{task['role']} is missing", [new])


def _without(made: Results, gone: int) -> Results:
    """The same results, had that task never been planned."""
    task = made.tasks[gone]
    return replace(
        made,
        tasks=made.tasks[:gone] + made.tasks[gone + 1 :],
        summaries=made.summaries[:gone] + made.summaries[gone + 1 :],
        findings=[f for f in made.findings if not f.evidence.startswith(task["id"] + ".")],
        open_questions=[q for q in made.open_questions if not q.startswith(task["id"] + " ")],
    )


def _handed(made: Results, dice: Dice) -> Example:
    """A specialist says that the answer lies in another's field."""
    free = [role for role in HANDED if role not in {task["role"] for task in made.tasks}]
    if not free:
        return _whole(made)
    role, number = dice.pick(free), dice.number(0, len(made.tasks) - 1)
    said = list(made.summaries)
    said[number] = f"{said[number].rstrip('.')}; {HANDED[role]}."
    id = made.tasks[number]["id"]
    thought = f'{id} says "{HANDED[role]}". Missing: {role}.'
    new = _new(role, FOLLOW_UPS[Role(role)], [id])
    return _example(replace(made, summaries=said), thought, False, f"{role} is missing", [new])


def _new(role: str, goal: str, needs: list[str]) -> dict[str, Any]:  # Any: JSON
    return {"id": "n1", "role": role, "goal": goal, "needs": needs, "complexity": "medium"}


def _example(
    made: Results, thought: str, accept: bool, reason: str, tasks: list[dict[str, Any]]
) -> Example:
    answer = {"accept": accept, "reason": reason, "tasks": tasks}
    told = made.told()
    return Example("review", asked("review", told), thought, json.dumps(answer, ensure_ascii=False))
