"""A team with scripted models over a small real repository, as the graph tests use it."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from agents.request import Request
from agents.settings import Settings, load
from graphs.approvals import Approver
from graphs.events import Event, Reported
from graphs.team import Team, open_team
from models import ReceivedCall, ScriptedModel, parse_reference

T = TypeVar("T", bound=Event)
TurnDict = dict[str, Any]  # a turn as it stands in a script file


def tasks(*specs: tuple[str, str, Sequence[str]]) -> TurnDict:
    """A plan as text: `(id, role, needs)` each."""
    plan = [
        {
            "id": id,
            "role": role,
            "goal": f"Look at {role}",
            "needs": list(needs),
            "complexity": "low",
        }
        for id, role, needs in specs
    ]
    return {"tasks": plan}


def plan_turn(*specs: tuple[str, str, Sequence[str]]) -> TurnDict:
    return {"role": "coordinator/plan", "text": json.dumps(tasks(*specs))}


ACCEPT: TurnDict = {
    "role": "coordinator/review",
    "text": json.dumps({"accept": True, "reason": "all is answered", "tasks": []}),
}
REPORT: TurnDict = {"role": "coordinator/report", "text": "The tests fail [t1.1]. It is old."}


def call(role: str, tool: str, **args: object) -> TurnDict:
    return {"role": role, "tool_calls": [{"name": tool, "args": args}]}


def say(role: str, text: str, **more: object) -> TurnDict:
    return {"role": role, "text": text, **more}


def make_repo(folder: Path) -> Path:
    """A repository with one commit: a module, a test, a README."""
    files = {
        "app.py": "print(1)\n",
        "tests/test_app.py": "def test(): ...\n",
        "README.md": "# App\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    author = ["-c", "user.name=Example", "-c", "user.email=example@example.invalid"]
    for argv in (["init", "-q"], ["add", "-A"], [*author, "commit", "-qm", "Begin"]):
        subprocess.run(["git", *argv], cwd=folder, check=True)
    return folder


def scripted(folder: Path, *turns: TurnDict, **flags: object) -> Settings:
    """Settings whose every role is played from a script, with a state folder of their own. Commands
    are the tests' own and run unconfined: not every machine has a sandbox."""
    script = folder / "script.json"
    script.write_text(json.dumps({"turns": list(turns)}))
    return load(
        None,
        {
            "model": f"scripted:{script}",
            "state_dir": str(folder / "state"),
            "sandbox": False,
            **flags,
        },
    )


async def run(
    settings: Settings,
    repo: Path,
    text: str = "What is wrong?",
    session: str = "s",
    approver: Approver | None = None,
    *,
    plan_only: bool = False,
) -> list[Event]:
    """Every event of one request."""
    async with open_team(settings) as team:
        request = Request(text=text, repo=str(repo))
        return [e async for e in team.run(request, session, approver, plan_only=plan_only)]


async def resume(
    settings: Settings, session: str = "s", approver: Approver | None = None
) -> list[Event]:
    """Every event of one resume."""
    async with open_team(settings) as team:
        return [event async for event in team.resume(session, approver)]


def only(kind: type[T], events: Sequence[Event]) -> list[T]:
    return [event for event in events if isinstance(event, kind)]


async def received(team: Team) -> list[ReceivedCall]:
    """What the scripted model of the team was asked, in order."""
    assert team.settings.model
    model = await team.models.chat_model(parse_reference(team.settings.model))
    assert isinstance(model, ScriptedModel)
    return list(model.calls)


def report(events: Sequence[Event]) -> Reported:
    last = events[-1]
    assert isinstance(last, Reported), last
    return last
