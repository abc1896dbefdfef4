"""Sessions, thoughts and the roster on a screen."""

import time
from datetime import UTC, datetime

import pytest
from syrupy.assertion import SnapshotAssertion

from agents.evidence import Evidence
from agents.outcome import Outcome, Status
from agents.plan import Plan
from agents.role import Role
from agents.roster import resolve
from agents.settings import load
from agents.thought import Thought
from console.history import session_table, show_thoughts, show_view
from console.roster import show_roster
from graphs.session import SessionRow, SessionStatus, SessionView
from tests.console.conftest import Screen, drawn
from tests.console.story import REPORT, SESSION, TASKS

ROW = SessionRow(
    name=SESSION,
    repo="/home/me/service",
    request="Check everything\nand \x1b[31mmore",
    status=SessionStatus.DONE,
    created=datetime(2026, 11, 21, 9, 0, tzinfo=UTC),
    updated=datetime(2026, 11, 21, 9, 5, tzinfo=UTC),
)
THOUGHT = Thought(
    role=Role.TESTING,
    task="t1",
    text="First [bold]this[/bold].\n\nThen \x1b[2Jthat.\n",
    tokens=12,
    seconds=1.5,
    closed="budget",
    decided="on: default of testing",
)
VIEW = SessionView(
    row=ROW,
    plan=Plan(tasks=TASKS),
    outcomes={"t1": Outcome(task="t1", status=Status.DONE, summary="One fails.")},
    evidence=(
        Evidence(id="t1.1", tool="run", arguments={"command": ["pytest"]}, exit_code=1, seconds=2),
    ),
    findings=REPORT.findings,
    thoughts=(THOUGHT,),
    usage={},
    report=None,
)


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def test_the_list_of_sessions(snapshot: SnapshotAssertion) -> None:
    assert drawn(session_table([ROW])) == snapshot


@pytest.mark.parametrize("finished", [False, True])
def test_a_session(finished: bool, screen: Screen, snapshot: SnapshotAssertion) -> None:
    view = VIEW.model_copy(update={"report": REPORT}) if finished else VIEW
    show_view(screen.terminal.out, view)
    assert screen.out.getvalue() == snapshot


def test_thoughts(screen: Screen, snapshot: SnapshotAssertion) -> None:
    show_thoughts(screen.terminal.out, [THOUGHT])
    assert screen.out.getvalue() == snapshot


def test_the_roster(
    screen: Screen, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CADRE_ROLES__CI_CD__THINKING", "true")
    members = resolve(load(None, {"roles": {"testing": {"model": "./qwen3.gguf"}}}))
    show_roster(screen.terminal.out, members)
    lines = [line.rstrip() for line in screen.out.getvalue().splitlines()]
    assert "\n".join(lines) == snapshot
