"""What a specialist wrote is checked: a fault goes back, then with leave to think, then is told."""

from pathlib import Path

from agents.report import Report
from agents.request import Request
from graphs.team import open_team
from models import ReceivedCall
from tests.graphs.team_at_work import (
    ACCEPT,
    REPORT,
    TurnDict,
    call,
    plan_turn,
    received,
    report,
    say,
    scripted,
)

PLAN = plan_turn(("a", "development", []))


def edit(old: str, new: str) -> TurnDict:
    return call("development", "edit_file", path="app.py", old=old, new=new)


async def work(tmp_path: Path, repo: Path, *turns: TurnDict) -> tuple[Report, list[ReceivedCall]]:
    """The report, and the specialist's calls of the model."""
    flags = {"approve": "edit", "roles": {"development": {"thinking": False}}}
    settings = scripted(tmp_path, PLAN, *turns, say("development", "done"), ACCEPT, REPORT, **flags)
    async with open_team(settings) as team:
        asked = Request(text="Mend it", repo=str(repo))
        events = [event async for event in team.run(asked, "s")]
        calls = [c for c in await received(team) if c.label.startswith("development")]
    return report(events).report, calls


async def test_a_fault_goes_back_with_the_checkers_words_and_is_mended(
    tmp_path: Path, repo: Path
) -> None:
    told, calls = await work(tmp_path, repo, edit("print(1)", "print(x)"), edit("(x)", "(2)"))
    assert "Undefined name `x`" in str(calls[1].messages[-1].content)
    assert "found nothing new" in str(calls[2].messages[-1].content)
    assert told.findings == ()
    assert (repo / "app.py").read_text() == "print(2)\n"


async def test_a_fault_that_stays_lets_it_think_longer_and_is_then_unresolved(
    tmp_path: Path, repo: Path
) -> None:
    edits = (edit("print(1)", "print(x)"), edit("(x)", "(x, 1)"), edit("1)", "2)"))
    told, calls = await work(tmp_path, repo, *edits)
    assert [one.options.thinking for one in calls] == [False, False, True, True]
    assert "Make no more changes" in str(calls[3].messages[-1].content)
    assert calls[3].options.tool_choice == "none"
    assert any("left unresolved" in question for question in told.open_questions)
    assert "F821" in {finding.rule for finding in told.findings}


async def test_what_was_wrong_before_is_not_held_against_a_change(
    tmp_path: Path, repo: Path
) -> None:
    (repo / "app.py").write_text("import os\nprint(1)\n")
    told, calls = await work(tmp_path, repo, edit("print(1)", "print(2)"))
    assert "found nothing new" in str(calls[1].messages[-1].content)
    assert not told.open_questions
