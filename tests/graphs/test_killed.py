"""`kill -9` at twenty moments of a run: the resume gives the same report, and no tool ran twice.

Each run is a process of its own that kills itself after so many events; the processes are forked
from one that has already imported everything.
"""

import asyncio
import multiprocessing
import os
import signal
from collections import Counter
from pathlib import Path

import pytest

from agents.evidence import Evidence
from agents.request import Request
from agents.settings import Settings
from graphs.sessions import open_sessions
from graphs.team import open_team
from tests.graphs.team_at_work import (
    ACCEPT,
    REPORT,
    call,
    make_repo,
    plan_turn,
    report,
    resume,
    run,
    say,
    scripted,
)

MOMENTS = 20

TURNS = (
    plan_turn(("a", "github", []), ("b", "testing", []), ("c", "documentation", ["b"])),
    call("github", "git_log"),
    say("github", "The history is short [t1.1].", split=9, delay=0.002),
    call("testing", "read_file", path="app.py"),
    call("testing", "run", command=["sh", "-c", "sleep 0.05; echo ran"]),
    say("testing", "Nothing fails [t2.1].", split=9, delay=0.002),
    call("documentation", "list_files"),
    say("documentation", "It is short [t3.1].", split=9),
    ACCEPT,
    REPORT,
)

FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(["tests.graphs.test_killed"])


def work(settings: Settings, repo: str, die_after: int) -> None:
    """Runs the request and kills this process, at once, after so many events."""
    asyncio.run(_work(settings, repo, die_after))


async def _work(settings: Settings, repo: str, die_after: int) -> None:
    async with open_team(settings) as team:
        seen = 0
        async for _ in team.run(Request(text="What is wrong?", repo=repo), "s"):
            seen += 1
            if seen == die_after:
                os.kill(os.getpid(), signal.SIGKILL)


async def evidence(settings: Settings) -> tuple[Evidence, ...]:
    async with open_sessions(settings.sessions_path) as sessions:
        return (await sessions.show("s")).evidence


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A repository, and how many events one whole run over it has."""
    folder = tmp_path_factory.mktemp("whole")
    repo = make_repo(folder / "repo")
    events = asyncio.run(run(scripted(folder, *TURNS, approve="all"), repo))
    return repo, len(events)


@pytest.mark.parametrize("moment", range(MOMENTS))
async def test_a_killed_run_is_resumed_to_the_same_report(
    moment: int, workshop: tuple[Path, int], tmp_path: Path
) -> None:
    repo, events = workshop
    settings = scripted(tmp_path, *TURNS, approve="all")
    die_after = 1 + moment * (events - 2) // (MOMENTS - 1)
    process = FORK.Process(target=work, args=(settings, str(repo), die_after))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL

    resumed = report(await resume(settings)).report
    calls = Counter((e.tool, str(e.arguments)) for e in await evidence(settings))
    assert resumed.answer == "The tests fail [t1.1]. It is old. (opinion)"
    assert set(calls.values()) == {1}
    assert {"git_log", "read_file", "run", "list_files"} <= {tool for tool, _ in calls}
