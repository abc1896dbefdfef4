"""Scores a model on the held-out set, through the product's own planner and specialists.

    python scripts/embedded/evaluate.py [--model FILE.gguf] [--json FILE] [--wrong FILE]

A plan is right where every role that the request needs has a task, and no role beyond those that a
second reading allows. A step is right where its tool is the one that was wanted, or allowed.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, ToolMessage

from agents.belts import BELTS
from agents.evidence import Evidence
from agents.mind import Mind
from agents.overview import Overview
from agents.plan import Task
from agents.planner import plan
from agents.request import Request
from agents.role import Role
from agents.roster import roster
from agents.safety import wrap
from agents.settings import Settings
from agents.specialist import brief, step
from models import Models, parse_reference
from models.engine_options import EngineOptions

HELD_OUT = Path(__file__).parent / "heldout"
OVERVIEW = Overview("", "tests, workflows, container files, documentation")
"""What every held-out request is asked of."""
AT_ONCE = 8
"""Calls that are open at a time."""


@dataclass(frozen=True)
class Answered:
    """One held-out case, and what came of it."""

    id: int
    kind: str
    text: str
    wanted: tuple[str, ...]
    also: tuple[str, ...]
    found: tuple[str, ...]
    right: bool
    thought: str = ""
    closed: str = ""
    cues_stand: bool = True
    """Whether every quoted cue of the thought stands in the request."""
    error: str = ""


def minds(models: Models, reference: str, *, thinking: bool) -> dict[Role, Mind]:
    """Every role on that model, asked in short."""

    async def load(_: str) -> Any:  # Any: a chat model
        return await models.chat_model(parse_reference(reference))

    members = roster(Settings(model="embedded"))
    return {
        role: Mind(replace(member, thinking=thinking, short_prompts=True, answer_tokens=384), load)
        for role, member in members.items()
    }


async def request(team: dict[Role, Mind], number: int, case: dict[str, Any]) -> Answered:
    """The roles that a held-out request is given to."""
    wanted, also = tuple(case["roles"]), tuple(case["also"])
    told = Answered(number, case["kind"], case["text"], wanted, also, (), False)
    try:
        made, answers = await plan(
            team[Role.COORDINATOR], Request(text=case["text"], repo="/"), OVERVIEW, [], _nobody
        )
    except Exception as error:  # noqa: BLE001 - a plan that fails is a wrong one, and is told
        return replace(told, error=str(error))
    found = tuple(dict.fromkeys(task.role.value for task in made.tasks))
    right = set(wanted) <= set(found) <= {*wanted, *also}
    thought = next((a.thought for a in answers if a.thought), None)
    if thought is None:
        return replace(told, found=found, right=right)
    text, closed = thought.text, str(thought.closed)
    cues = text.split('"')[1::2]
    stand = all(cue in case["text"] for cue in cues)
    return replace(told, found=found, right=right, thought=text, closed=closed, cues_stand=stand)


async def state(team: dict[Role, Mind], number: int, case: dict[str, Any]) -> Answered:
    """The tool that a held-out specialist calls next."""
    role = Role(case["role"])
    wanted, also = (case["next"],), tuple(case["also"])
    told = Answered(number, role.value, case["goal"], wanted, also, (), False)
    task = Task(id="t1", role=role, goal=case["goal"], complexity="low")
    asked = Request(text=case["goal"], repo="/")
    known = brief(task, asked, case["survey"], [], tools=case["tools"], short=True)
    schemas = [tool.schema() for tool in BELTS[role] if tool.name in case["tools"]]
    try:
        answer = await step(
            team[role], asked, task, [*known, *_so_far(case)], schemas, _nobody, last=False
        )
    except Exception as error:  # noqa: BLE001 - as above
        return replace(told, error=str(error))
    calls = [call["name"] for call in answer.message.tool_calls]
    found = (calls[0],) if calls else ("answer",)
    thought = answer.thought.text if answer.thought else ""
    said = f"{thought} | {answer.text} {answer.message.tool_calls}"
    return replace(told, found=found, right=found[0] in {*wanted, *also}, thought=said)


def _so_far(case: dict[str, Any]) -> list[AnyMessage]:
    """The calls before, as the graph keeps them."""
    said: list[AnyMessage] = []
    for number, call in enumerate(case["so_far"], start=1):
        id = f"c{number}"
        made = {"name": call["tool"], "args": call["arguments"], "id": id, "type": "tool_call"}
        kept = Evidence(id=f"t1.{number + 5}", tool=call["tool"], arguments=call["arguments"])
        text = f"[{kept.id}] ok\n{wrap(call['tool'], call['result'])}"
        said += [AIMessage(content="", tool_calls=[made]), ToolMessage(text, tool_call_id=id)]
    return said


async def all_of(
    cases: Sequence[dict[str, Any]],
    ask: Callable[[int, dict[str, Any]], Awaitable[Answered]],
) -> list[Answered]:
    """Every case, some at a time, in their order."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, case: dict[str, Any]) -> Answered:
        async with gate:
            return await ask(number, case)

    return list(await asyncio.gather(*(one(n, case) for n, case in enumerate(cases))))


def summed(answered: Sequence[Answered]) -> dict[str, Any]:
    """How many were right, in all and by kind."""
    kinds = sorted({one.kind for one in answered})
    by_kind = {k: [one.right for one in answered if one.kind == k] for k in kinds}
    thought = [one for one in answered if one.closed]
    return {
        "cases": len(answered),
        "right": sum(one.right for one in answered) / len(answered),
        "valid": sum(not one.error for one in answered) / len(answered),
        "by_kind": {k: sum(rights) / len(rights) for k, rights in by_kind.items()},
        "ended_by_itself": sum(one.closed == "model" for one in thought) / max(1, len(thought)),
        "cues_stand": sum(one.cues_stand for one in thought) / max(1, len(thought)),
    }


async def score(reference: str, folder: Path) -> tuple[dict[str, Any], list[Answered]]:
    """The whole held-out set, without and with thinking."""
    models = Models(EngineOptions(seed=1, context_tokens=4096))
    table: dict[str, Any] = {}
    wrong: list[Answered] = []
    try:
        for name, ask in (("requests", request), ("states", state)):
            cases = [json.loads(line) for line in (folder / f"{name}.jsonl").open()]
            for thinking in (False, True):
                team = minds(models, reference, thinking=thinking)
                began = time.monotonic()
                answered = await all_of(cases, partial(ask, team))
                told = {**summed(answered), "seconds": round(time.monotonic() - began, 1)}
                table[f"{name}, {'thinking' if thinking else 'no thinking'}"] = told
                wrong += [one for one in answered if not one.right]
    finally:
        models.close()
    return table, wrong


def _nobody(_: str, __: str) -> None:
    """Nobody watches."""


def main() -> None:
    """Parse, score, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0] if __doc__ else "")
    parser.add_argument("--model", required=True)
    parser.add_argument("--held-out", type=Path, default=HELD_OUT)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--wrong", type=Path, help="the cases that were wrong, a JSON line each")
    asked = parser.parse_args()
    table, wrong = asyncio.run(score(asked.model, asked.held_out))
    for name, told in table.items():
        kinds = ", ".join(f"{kind} {share:.0%}" for kind, share in told["by_kind"].items())
        print(f"{name}: {told['right']:.1%} of {told['cases']} right, {told['valid']:.1%} valid, "
              f"{told['ended_by_itself']:.1%} ended by themselves, "
              f"{told['cues_stand']:.1%} with true cues, {told['seconds']} s")  # fmt: skip
        print(f"  {kinds}")
    if asked.json:
        asked.json.write_text(json.dumps(table, indent=1) + "\n")
    if asked.wrong:
        asked.wrong.write_text("".join(json.dumps(asdict(one)) + "\n" for one in wrong))


if __name__ == "__main__":
    main()
