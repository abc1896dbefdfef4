"""A worker that is killed while a specialist's model speaks through it: the run ends with a clear
word, and the session goes on where it stopped."""

import asyncio
import multiprocessing
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

import llama_cpp
import pytest

from agents.request import Request
from agents.settings import Settings
from graphs.events import Reported, TextDelta
from graphs.session import SessionStatus
from graphs.sessions import open_sessions
from graphs.team import open_team
from models.llama.devices import add_rpc_worker
from tests.graphs.team_at_work import ACCEPT, REPORT, call, plan_turn, say, scripted
from tests.models.rpc import rpc_worker
from tests.models.tiny import write_tiny

pytestmark = pytest.mark.skipif(
    not llama_cpp.llama_supports_rpc(), reason="needs CMAKE_ARGS=-DGGML_RPC=on"
)

PATIENCE = 300.0
"""Seconds: a busy machine is slow, and only a run that hangs waits for so long."""
SPAWN = multiprocessing.get_context("spawn")
TURNS = (
    plan_turn(("a", "testing", []), ("b", "github", ["a"])),
    call("testing", "run", command=["sh", "-c", "echo ran"]),
    say("testing", "Nothing fails [t1.1]."),
    ACCEPT,
    REPORT,
)


def work(endpoint: str, settings: Settings, repo: str | None, told: Connection) -> None:
    """A run on `repo`, or a resume without one, whose models use the worker."""
    add_rpc_worker(endpoint)
    asyncio.run(_work(settings, repo, told))


async def _work(settings: Settings, repo: str | None, told: Connection) -> None:
    async with open_team(settings) as team:
        request = Request(text="What is wrong?", repo=repo or "")
        events = team.run(request, "s") if repo else team.resume("s")
        async for event in events:
            if isinstance(event, TextDelta) and event.role == "github":
                told.send("speaks")
            if isinstance(event, Reported):
                told.send(event.report.answer)


def heard(pipe: Connection) -> object:
    """What the run tells next; it fails where a run says nothing for long."""
    assert pipe.poll(PATIENCE)
    return pipe.recv()


def settings_for(folder: Path) -> Settings:
    """The GitHub specialist says one word for long; the others follow the script."""
    path = write_tiny(folder / "says.gguf", follow={"": "!"}, context=4096)
    role = {"model": str(path), "thinking": False, "answer_tokens": 400}
    turns: dict[str, object] = {"roles": {"github": role}, "threads": 1}
    return scripted(folder, *TURNS, approve="all", context_tokens=4096, **turns)


async def test_a_session_goes_on_after_its_worker_was_killed(
    repo: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = settings_for(tmp_path)
    ours, theirs = SPAWN.Pipe()
    with rpc_worker(devices=1) as worker:
        run = SPAWN.Process(target=work, args=(worker.endpoint, settings, str(repo), theirs))
        run.start()
        assert heard(ours) == "speaks"
        worker.kill()
        run.join(PATIENCE)
    assert run.exitcode == 4
    told = capfd.readouterr().err.splitlines()
    assert told[-2] == (
        f"error: the RPC worker at {worker.endpoint} is gone, and a part of the model with it"
    )
    assert told[-1].endswith("go on where the session stopped: cadre resume")
    async with open_sessions(settings.sessions_path) as sessions:
        (row,) = await sessions.list()
        assert row.status is SessionStatus.STOPPED

    while ours.poll():
        ours.recv()  # it spoke until the worker was killed
    with rpc_worker(worker.port, devices=1) as again:
        resumed = SPAWN.Process(target=work, args=(again.endpoint, settings, None, theirs))
        resumed.start()
        while (answer := heard(ours)) == "speaks":
            pass
        resumed.join(PATIENCE)
    assert resumed.exitcode == 0
    assert answer == "The tests fail [t1.1]. It is old. (opinion)"
    async with open_sessions(settings.sessions_path) as sessions:
        view = await sessions.show("s")
    assert Counter(kept.tool for kept in view.evidence)["run"] == 1
    assert view.row.status is SessionStatus.DONE
