"""Twenty calls wait for a person at a time; the process dies between any two answers; whatever was
approved ran exactly once, whatever was rejected never, whatever was rewritten as rewritten."""

import asyncio
import json
import multiprocessing
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from agents.request import Request
from agents.settings import Settings
from graphs.approvals import Decision
from graphs.events import ApprovalAsked
from graphs.team import open_team
from tests.graphs.team_at_work import (
    ACCEPT,
    REPORT,
    TurnDict,
    make_repo,
    report,
    resume,
    say,
    scripted,
)

ROLES = ("development", "ci_cd", "documentation")
FIRST = [f"t{number}" for number in range(1, len(ROLES) + 1)]
"""They wait for nobody, and make the surveys for the others of their role."""
REST = {f"t{number}": ROLES[number % len(ROLES)] for number in range(4, 13)}
FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(["tests.graphs.test_many_approvals"])


def turns(log: Path) -> list[TurnDict]:
    """Each task asks for a command that leaves a line in a log outside, and for two new files."""
    roles = {**dict(zip(FIRST, ROLES, strict=True)), **REST}
    plan = [
        {"id": id, "role": role, "goal": f"Do {id}", "needs": [], "complexity": "low"}
        for id, role in roles.items()
    ]
    made: list[TurnDict] = [{"role": "coordinator/plan", "text": json.dumps({"tasks": plan})}]
    made += [say(f"{roles[id]}/{id}/work", "done") for id in FIRST]
    for id, role in REST.items():
        calls = [
            {"name": "run", "args": {"command": ["sh", "-c", f"echo {id} >> {log}"]}},
            {"name": "write_file", "args": {"path": f"{id}.txt", "content": "as asked\n"}},
            {"name": "write_file", "args": {"path": f"{id}.md", "content": "as asked\n"}},
        ]
        label = f"{role}/{id}/work"
        made += [{"role": label, "tool_calls": calls}, say(label, "done")]
    return [*made, ACCEPT, REPORT]


class DyingPerson:
    """Approves, rejects and rewrites by the task's number; dies after so many answers."""

    def __init__(self, answers: int) -> None:
        self._left = answers
        self.most = 0
        """Calls that waited at a time."""

    async def decide(self, asked: Sequence[ApprovalAsked]) -> Sequence[Decision]:
        self.most = max(self.most, len(asked))
        return [self._decide(one) for one in asked]

    def _decide(self, asked: ApprovalAsked) -> Decision:
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1
        return decision(asked)


def decision(asked: ApprovalAsked) -> Decision:
    """The same for the same call, whenever it is asked about."""
    number = number_of(asked.task)
    rewritten = asked.arguments.get("content") == "as the person wanted\n"
    if number % 5 == 0:
        return Decision(approved=False, reason="no")
    if number % 3 == 0 and asked.tool == "write_file" and not rewritten:
        arguments = {**asked.arguments, "content": "as the person wanted\n"}
        return Decision(approved=False, arguments=arguments)
    return Decision(approved=True)


def number_of(task: str) -> int:
    return int(task.removeprefix("t"))


def work(settings: Settings, repo: str, answers: int) -> None:
    """One process with its person, who dies."""
    asyncio.run(_work(settings, repo, answers))


async def _work(settings: Settings, repo: str, answers: int) -> None:
    async with open_team(settings) as team:
        asked = Request(text="Do it all", repo=repo)
        async for _ in team.run(asked, "s", DyingPerson(answers)):
            pass


@pytest.mark.parametrize("answers", [0, 1, 9, 18, 26, 27, 29])
async def test_every_approved_call_ran_exactly_once(answers: int, tmp_path: Path) -> None:
    repo, log = make_repo(tmp_path / "repo"), tmp_path / "log"
    settings = scripted(tmp_path, *turns(log), max_agents=12, sandbox=False)
    process = FORK.Process(target=work, args=(settings, str(repo), answers))
    process.start()
    process.join(120)
    person = DyingPerson(-1)
    told = report(await resume(settings, approver=person)).report
    approved = [id for id in REST if number_of(id) % 5]
    assert sorted(log.read_text().split()) == sorted(approved)
    for id in REST:
        wanted = "as the person wanted\n" if number_of(id) % 3 == 0 else "as asked\n"
        for file in (repo / f"{id}.txt", repo / f"{id}.md"):
            assert (file.read_text() if file.exists() else None) == (
                wanted if id in approved else None
            )
    rejected = [question for question in told.open_questions if "not run: no" in question]
    assert len(rejected) == 3 * (len(REST) - len(approved))
    assert person.most >= 20 or answers > 26
