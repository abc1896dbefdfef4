"""Plans of models that do not fit into memory together."""

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agents.outcome import Status
from agents.request import Request
from agents.settings import Settings
from graphs.events import Event, ModelAwaited, Reported, TaskFinished
from graphs.sessions import open_sessions
from graphs.team import Team
from models import Models, parse_reference
from models.engine_options import EngineOptions
from models.pool import Job, fewest, need_of
from tests.graphs.team_at_work import (
    ACCEPT,
    REPORT,
    TurnDict,
    only,
    plan_turn,
    scripted,
    tasks,
)
from tests.models.conftest import THINKS
from tests.models.tiny import write_tiny

OPTIONS = EngineOptions(context_tokens=4096, threads=1, seed=1)
ROLES = ("testing", "ci_cd", "documentation")
PLAN: tuple[tuple[str, str, list[str]], ...] = (
    ("a", "testing", []),
    ("b", "ci_cd", []),
    ("c", "documentation", []),
    ("d", "testing", ["a"]),
    ("e", "testing", ["b"]),
    ("f", "ci_cd", ["e"]),
)
"""Wave by wave this changes the model six times at least; four are enough."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("three")
    first = write_tiny(folder / "a.gguf", follow=THINKS)
    return [first, *(Path(shutil.copy(first, folder / f"{name}.gguf")) for name in "bc")]


def settings(folder: Path, files: list[Path], *turns: TurnDict) -> Settings:
    """A scripted coordinator over specialists with a model of their own each."""
    roles = {
        role: {"model": str(file), "thinking": False}
        for role, file in zip(ROLES, files, strict=True)
    }
    return scripted(folder, *turns, roles=roles)


def plan_of_their_own() -> TurnDict:
    """`PLAN` with a goal for each task: of two alike one is dropped."""
    planned = tasks(*PLAN)
    for task in planned["tasks"]:
        task["goal"] += f", part {task['id']}"
    return {"role": "coordinator/plan", "text": json.dumps(planned)}


@asynccontextmanager
async def team_with_room_for_one(own: Settings, files: list[Path]) -> AsyncIterator[Team]:
    models = Models(OPTIONS, memory_bytes=int(1.5 * need_of(files[0], OPTIONS)))
    try:
        async with open_sessions(own.sessions_path) as sessions:
            yield Team(own, sessions, models)
    finally:
        models.close()


async def test_three_models_finish_a_plan_with_the_fewest_swaps_that_its_order_allows(
    repo: Path, tmp_path: Path, files: list[Path]
) -> None:
    own = settings(tmp_path, files, plan_of_their_own(), ACCEPT, REPORT)
    async with team_with_room_for_one(own, files) as team:
        events = [e async for e in team.run(Request(text="What is wrong?", repo=str(repo)), "s")]
        traffic = team.models.traffic()
    jobs = [Job(id, (role,), tuple(needs)) for id, role, needs in PLAN]
    least = fewest(jobs, dict.fromkeys(ROLES, 1), [], 1).loads
    assert (least, traffic.loads, traffic.swaps) == (4, 4, 3)
    ended = only(TaskFinished, events)
    assert {(e.status, e.summary) for e in ended} == {(Status.DONE, "Hello world")}
    assert sorted(event.task for event in ended) == [f"t{n}" for n in range(1, 7)]
    assert only(ModelAwaited, events) == []


async def test_a_task_whose_model_must_wait_says_its_position(
    repo: Path, tmp_path: Path, files: list[Path]
) -> None:
    own = settings(tmp_path, files, plan_turn(("a", "ci_cd", [])), ACCEPT, REPORT)
    async with team_with_room_for_one(own, files) as team:
        busy = await team.models.chat_model(parse_reference(str(files[0])))
        stream = busy.astream("Hi", temperature=0)
        await anext(stream)
        events: list[Event] = []
        async for event in team.run(Request(text="What is wrong?", repo=str(repo)), "s"):
            events.append(event)
            if isinstance(event, ModelAwaited):
                await stream.aclose()  # type: ignore[attr-defined]  # it is a generator
    (awaited,) = only(ModelAwaited, events)
    assert (awaited.role, awaited.task, awaited.position) == ("ci_cd", "t1", 1)
    assert isinstance(events[-1], Reported)
