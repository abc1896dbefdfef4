"""The review: is the request answered, or is a task missing?

A review that cannot be read counts as accepted and says so: it must not cost the user the
work that is already done.
"""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from agents.asking import Answer, Question, Watcher, ask
from agents.goals import FOLLOW_UPS, REASONS, goals_of
from agents.mind import Mind
from agents.plan import MAX_TASKS, Plan, PlanError, Task, check
from agents.planner import WORDS, tasks_schema
from agents.results import Results
from agents.role import Role
from agents.thinking import decide, without_switches
from agents.word import Word
from prompts import Prompt

MAX_ADDED = 4
"""Tasks that one review may add."""


def review_schema(
    done: Sequence[str], reason: dict[str, Any] = WORDS, goal: dict[str, Any] = WORDS
) -> dict[str, Any]:
    """What the reviewer's grammar is made of; new tasks may need those that are done."""
    parts = tasks_schema([f"n{n}" for n in range(1, MAX_ADDED + 1)], done, least=0, goal=goal)
    return {
        "type": "object",
        "properties": {
            "accept": {"type": "boolean"},
            "reason": reason,
            "tasks": parts["tasks"],
        },
        "required": ["accept", "reason", "tasks"],
        "additionalProperties": False,
        "$defs": parts["$defs"],
    }


def quoting_schema(done: Sequence[str], request: str) -> dict[str, Any]:
    """The same for a small model, which can give few reasons, and goals that quote the request or
    say where to look on."""
    goals = [*goals_of(request), *FOLLOW_UPS.values()]
    return review_schema(done, {"enum": list(REASONS)}, {"enum": goals})


class Review(Word):
    """What the reviewer decided."""

    accept: bool
    reason: str = ""
    tasks: tuple[Task, ...] = ()


async def review(
    mind: Mind,
    results: Results,
    watch: Watcher,
) -> tuple[Review, Answer]:
    """The decision, and the answer that it was read from."""
    done = [task for task, _ in results.done]
    ids, short = [task.id for task in done], mind.member.short_prompts
    asked = without_switches(results.request.text)
    question = Question(
        role=Role.COORDINATOR,
        task=None,
        phase="review",
        messages=results.asking(Prompt.REVIEW, short=short),
        short=short,
        thinking=decide(mind.member, results.request, "low"),
        answer_tokens=mind.member.answer_tokens,
        schema=quoting_schema(ids, asked) if short else review_schema(ids),
    )
    answer = await ask(mind, question, watch)
    return parse(answer.text, done), answer


def parse(text: str, done: Sequence[Task]) -> Review:
    """The review in a model's answer, with repeated tasks left out."""
    try:
        review = Review.model_validate_json(text)
    except ValidationError:
        return Review(accept=True, reason="the review could not be read, so nothing was added")
    told = {(task.role, task.goal.strip().lower()) for task in done}
    new = tuple(t for t in review.tasks if (t.role, t.goal.strip().lower()) not in told)
    if review.accept or not new or len(done) + len(new) > MAX_TASKS:
        return Review(accept=True, reason=review.reason)
    try:
        check(Plan(tasks=new), known=[task.id for task in done])
    except PlanError as error:
        return Review(accept=True, reason=f"the review's tasks cannot be used: {error}")
    return Review(accept=False, reason=review.reason, tasks=new)
