"""The engine on the embedded model: what a grammar costs, and what a known prefix saves."""

from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage

from agents.planner import PLAN_SCHEMA
from benchmarks.claim import Claim
from models import Models, Usage, parse_reference
from prompts import Prompt, render

ASKED = "Is this service ready to release? Look over code, tests, pipelines and docs"


async def claims() -> list[Claim]:
    """Both claims, on one loaded model."""
    models = Models(seed=1)
    try:
        model = await models.chat_model(parse_reference("embedded"))
        await _call(model, "warm up", max_tokens=8)
        return [await _grammar(model), await _prefix(model)]
    finally:
        models.close()


async def _grammar(model: BaseChatModel) -> Claim:
    free = await _call(model, render(Prompt.PLAN), max_tokens=200, temperature=0.0)
    held = await _call(model, render(Prompt.PLAN), max_tokens=1024, json_schema=PLAN_SCHEMA)
    return Claim("decode held to a plan's grammar", "free", _rate(held), _rate(free), "tokens/s")


async def _prefix(model: BaseChatModel) -> Claim:
    system = render(Prompt.REVIEW) + render(Prompt.REPORT)
    first = await _call(model, system, max_tokens=8)
    again = await _call(model, system, "Another request", max_tokens=8)
    return Claim(
        "first token, system prompt known",
        "system prompt new",
        again.first_token_seconds,
        first.first_token_seconds,
        "s",
    )


async def _call(model: BaseChatModel, system: str, text: str = ASKED, **options: Any) -> Usage:
    messages = [SystemMessage(system), HumanMessage(text)]
    answer = await model.bind(**options).ainvoke(messages)
    return Usage.model_validate(answer.response_metadata["usage"])


def _rate(usage: Usage) -> float:
    return (usage.answer_tokens - 1) / (usage.seconds - usage.first_token_seconds)
