"""What simpler means reach on the held-out requests: `python baselines.py`.

TF-IDF over words and letters with logistic regression a role, trained on the same written requests;
and SmolLM2-135M with five examples in its prompt, held to the plan's grammar.
"""

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

from generator.__main__ import example
from generator.example import ROLES
from generator.span import text_of
from generator.written import ASKS
from teacher import Linear

HELD_OUT = Path(__file__).parent / "heldout" / "requests.jsonl"


def main() -> None:
    """Train, score, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0] if __doc__ else "")
    parser.add_argument("--held-out", type=Path, default=HELD_OUT)
    asked = parser.parse_args()
    cases = [json.loads(line) for line in asked.held_out.open(encoding="utf-8")]
    print(f"TF-IDF and logistic regression: {tf_idf(cases):.1%}")
    print(f"SmolLM2-135M, five examples: {asyncio.run(few_shot(cases)):.1%}")


def right(case: dict[str, Any], found: set[str]) -> bool:
    """As `evaluate.py` has it."""
    return set(case["roles"]) <= found <= {*case["roles"], *case["also"]}


def tf_idf(cases: list[dict[str, Any]]) -> float:
    """The share of cases that it gets right."""
    texts = [text_of(ask.spans) for ask in ASKS]
    needed = [{role for role, _ in ask.tasks} for ask in ASKS]
    model = Linear(texts, [[float(role in of) for role in ROLES] for of in needed])
    chances = model.chances([case["text"] for case in cases])
    found = [{role for role, one in zip(ROLES, row, strict=True) if one > 0.5} for row in chances]
    return sum(right(c, f) for c, f in zip(cases, found, strict=True)) / len(cases)


async def few_shot(cases: list[dict[str, Any]]) -> float:
    """The share of cases that SmolLM2 gets right, with examples of the generator as its shots."""
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

    from agents.planner import PLAN_SCHEMA, parse
    from benchmarks.smollm2 import smollm2_path
    from models import Models, parse_reference
    from models.engine_options import EngineOptions
    from prompts import Prompt, render

    models = Models(EngineOptions(seed=1, context_tokens=4096))
    shots: list[Any] = [SystemMessage(render(Prompt.PLAN))]
    for role in ROLES:
        shot = next(e for n in range(999) if _alone(e := example(9, n, "plan")) == role)
        shots += [HumanMessage(shot.prompt[1].content), AIMessage(shot.answer)]
    try:
        model = await models.chat_model(parse_reference(str(smollm2_path())))
        asked = model.bind(json_schema=PLAN_SCHEMA, answer_tokens=512, stable=True)
        gate = asyncio.Semaphore(8)

        async def one(case: dict[str, Any]) -> bool:
            async with gate:
                told = await asked.ainvoke([*shots, HumanMessage(f"Request: {case['text']}")])
            try:
                return right(case, {task.role.value for task in parse(str(told.content)).tasks})
            except ValueError:
                return False

        return sum(await asyncio.gather(*map(one, cases))) / len(cases)
    finally:
        models.close()


def _alone(made: Any) -> str:  # Any: an Example
    tasks = json.loads(made.answer)["tasks"]
    return tasks[0]["role"] if len(tasks) == 1 else ""


if __name__ == "__main__":
    main()
