"""The coordinator's work: ask for a plan, check it, let it be repaired once."""

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AnyMessage, HumanMessage, SystemMessage
from pydantic import ValidationError

from agents.asking import Answer, Question, Watcher, ask
from agents.errors import PlanRefused
from agents.goals import goals_of
from agents.mind import Mind
from agents.overview import Overview
from agents.plan import MAX_TASKS, Plan, PlanError, check, without_repeats
from agents.request import Request
from agents.role import SPECIALISTS, Role
from agents.stable import told_after
from agents.thinking import decide, without_switches
from agents.traces import trace_grammar
from prompts import Prompt, render

WORDS: dict[str, Any] = {"type": "string"}
"""The schema of a goal in any words."""


def task_schema(id: str, needs: Sequence[str]) -> dict[str, Any]:
    """The schema of one task of that id, which may need the tasks named."""
    needed = {"type": "array", "items": {"enum": list(needs)}, "maxItems": 3}
    properties = {
        "id": {"const": id},
        "role": {"enum": [role.value for role in SPECIALISTS]},
        "goal": {"$ref": "#/$defs/goal"},
        "needs": needed if needs else {"const": []},
        "complexity": {"enum": ["low", "medium", "high"]},
    }
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def tasks_schema(
    ids: Sequence[str], known: Sequence[str] = (), least: int = 1, goal: dict[str, Any] = WORDS
) -> dict[str, Any]:
    """The schema of a list of tasks with these ids in this order, and its definitions.

    A task may need only those before it and those in `known`: what fits it can be carried out.
    `goal` is the schema of their goals.
    """
    refs = [{"$ref": f"#/$defs/{id}"} for id in ids]
    defs = {id: task_schema(id, [*known, *ids[:n]]) for n, id in enumerate(ids)}
    lists: list[dict[str, Any]] = [{"prefixItems": refs[:n]} for n in range(1, len(ids) + 1)]
    if least == 0:
        lists.insert(0, {"const": []})
    return {"tasks": {"anyOf": lists}, "$defs": {**defs, "goal": goal}}


def plan_schema(most: int = MAX_TASKS, goal: dict[str, Any] = WORDS) -> dict[str, Any]:
    """What the coordinator's grammar is made of: `Plan`, with roles that can have tasks."""
    parts = tasks_schema([f"t{n}" for n in range(1, most + 1)], least=0, goal=goal)
    return {
        "type": "object",
        "properties": {"tasks": parts["tasks"]},
        "required": ["tasks"],
        "additionalProperties": False,
        "$defs": parts["$defs"],
    }


PLAN_SCHEMA = plan_schema()


def quoting_schema(request: str) -> dict[str, Any]:
    """The same for a small model: a task for each specialist at most, whose goals quote the
    request."""
    return plan_schema(len(SPECIALISTS), {"enum": list(goals_of(request))})


async def plan(
    mind: Mind,
    request: Request,
    overview: Overview,
    history: Sequence[AnyMessage],
    watch: Watcher,
) -> tuple[Plan, tuple[Answer, ...]]:
    """A plan that can be carried out, and the answers it took; PlanRefused after two bad ones. It
    may be empty: then nothing is asked about the repository."""
    messages = _asking(mind, request, overview, history)
    first = await _propose(mind, request, messages, watch)
    try:
        return parse(first.text), (first,)
    except PlanError as error:
        repair = HumanMessage(render(Prompt.REPAIR, error=str(error)))
    again = [*messages, first.message, repair]
    second = await _propose(mind, request, again, watch, refused=True)
    try:
        return parse(second.text), (first, second)
    except PlanError as error:
        raise PlanRefused(
            f"the coordinator's plan cannot be used, also after one repair: {error}",
            "ask in other words, or give the coordinator a larger model: --model coordinator=REF",
        ) from error


def _asking(
    mind: Mind, request: Request, overview: Overview, history: Sequence[AnyMessage]
) -> list[AnyMessage]:
    """The prompt; a short one has learnt from single requests, and is told no history."""
    if mind.member.short_prompts:
        told = {"request": without_switches(request.text), "overview": overview.parts}
        asked = render(Prompt.PLAN_REQUEST, short=True, **told)
        return [SystemMessage(render(Prompt.PLAN, short=True)), HumanMessage(asked)]
    asked = render(Prompt.PLAN_REQUEST, request=request.text)
    told_first = render(Prompt.OVERVIEW, overview=overview.text)
    return [SystemMessage(render(Prompt.PLAN)), *history, told_after(told_first, asked)]


def parse(text: str) -> Plan:
    """The plan in a model's answer; PlanError, worded for the model, where there is none."""
    try:
        return check(without_repeats(check(Plan.model_validate_json(text))))
    except ValidationError as error:
        raise PlanError(_sentence(error)) from error


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    if first["loc"] and first["loc"][-1] == "role":
        return f"{place} is {first['input']!r}; choose one of {', '.join(SPECIALISTS)}"
    return (
        f"{place}: {first['msg']}"
        if place
        else f"it is not the JSON object asked for: {first['msg']}"
    )


async def _propose(
    mind: Mind,
    request: Request,
    messages: Sequence[AnyMessage],
    watch: Watcher,
    *,
    refused: bool = False,
) -> Answer:
    short = mind.member.short_prompts
    text = without_switches(request.text)
    question = Question(
        role=Role.COORDINATOR,
        task=None,
        phase="plan",
        messages=messages,
        thinking=decide(mind.member, request, refused=refused),
        answer_tokens=mind.member.answer_tokens,
        schema=quoting_schema(text) if short else PLAN_SCHEMA,
        thought_gbnf=trace_grammar(text) if short else None,
        short=short,
    )
    return await ask(mind, question, watch)
