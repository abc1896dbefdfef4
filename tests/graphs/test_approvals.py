"""Calls that a person decides on: rewritten, allowed for ever, overtaken by another change."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from graphs.approvals import Decision
from graphs.events import ApprovalAsked, Event, ToolCalled
from tests.graphs.team_at_work import (
    ACCEPT,
    REPORT,
    TurnDict,
    call,
    only,
    plan_turn,
    report,
    run,
    say,
    scripted,
)

PLAN = plan_turn(("a", "development", []))
YES = Decision(approved=True)
Answer = Callable[[ApprovalAsked], Decision]


class FakePerson:
    """Answers each call with the next answer, and remembers what it was asked."""

    def __init__(self, *answers: Decision | Answer) -> None:
        self.asked: list[ApprovalAsked] = []
        self._answers = list(answers)

    async def decide(self, asked: Sequence[ApprovalAsked]) -> Sequence[Decision]:
        self.asked += asked
        given = [self._answers.pop(0) for _ in asked]
        return [
            g if isinstance(g, Decision) else g(one) for g, one in zip(given, asked, strict=True)
        ]


def write(text: str, path: str = "new.txt") -> TurnDict:
    return call("development", "write_file", path=path, content=text)


async def ask(
    tmp_path: Path, repo: Path, person: FakePerson, *turns: TurnDict, session: str = "s"
) -> list[Event]:
    script = (PLAN, *turns, say("development", "done"), ACCEPT, REPORT)
    return await run(scripted(tmp_path, *script), repo, session=session, approver=person)


async def test_a_person_sees_the_change_before_it_is_made(tmp_path: Path, repo: Path) -> None:
    def look(asked: ApprovalAsked) -> Decision:
        assert not (repo / "new.txt").exists()
        return YES

    person = FakePerson(look)
    told = report(await ask(tmp_path, repo, person, write("hello\n")))
    assert "+hello" in person.asked[0].preview
    assert (repo / "new.txt").read_text() == "hello\n"
    assert told.report.changes == ("new.txt",)


async def test_a_rewritten_call_is_shown_again_and_runs_as_rewritten(
    tmp_path: Path, repo: Path
) -> None:
    other = Decision(approved=False, arguments={"path": "new.txt", "content": "mine\n"})
    person = FakePerson(other, YES)
    events = await ask(tmp_path, repo, person, write("hello\n"))
    assert ["+hello" in a.preview for a in person.asked] == [True, False]
    assert "+mine" in person.asked[1].preview
    assert (repo / "new.txt").read_text() == "mine\n"
    assert [e.tool for e in only(ToolCalled, events)].count("write_file") == 1


async def test_a_call_rewritten_to_what_is_never_allowed_is_refused(
    tmp_path: Path, repo: Path
) -> None:
    outside = Decision(approved=False, arguments={"path": "../new.txt", "content": "x"})
    told = report(await ask(tmp_path, repo, FakePerson(outside), write("hello\n")))
    assert not (repo.parent / "new.txt").exists()
    assert "leads out of the repository" in told.report.open_questions[0]


async def test_what_has_changed_since_it_was_shown_is_not_written_over(
    tmp_path: Path, repo: Path
) -> None:
    def meddle(asked: ApprovalAsked) -> Decision:
        (repo / "app.py").write_text("print(2)\n")
        return YES

    edit = call("development", "edit_file", path="app.py", old="print", new="exit")
    events = await ask(tmp_path, repo, FakePerson(meddle), edit)
    (ran,) = [event for event in only(ToolCalled, events) if event.tool == "edit_file"]
    assert ran.exit_code == 126
    assert (repo / "app.py").read_text() == "print(2)\n"


async def test_a_rule_is_asked_for_once_and_holds_in_this_repository(
    tmp_path: Path, repo: Path
) -> None:
    always = Decision(approved=True, always=True)
    person = FakePerson(always)
    await ask(tmp_path, repo, person, write("a\n"), write("b\n"))
    assert person.asked[0].rule == "write_file: new.txt"
    await ask(tmp_path, repo, FakePerson(), write("c\n"), session="again")
    assert (repo / "new.txt").read_text() == "c\n"
    with pytest.raises(IndexError):
        await ask(tmp_path, repo, FakePerson(), write("d\n", "other.txt"), session="other")


async def test_a_rejection_and_its_reason_reach_the_specialist(tmp_path: Path, repo: Path) -> None:
    no = Decision(approved=False, reason="not in this release")
    told = report(await ask(tmp_path, repo, FakePerson(no), write("hello\n")))
    assert not (repo / "new.txt").exists()
    assert "not in this release" in told.report.open_questions[0]
