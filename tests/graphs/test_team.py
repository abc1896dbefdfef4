"""Requests through the whole graph, with scripted models and real tools."""

import json
import shutil
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path

import pytest

from agents.outcome import Status
from agents.request import Request
from agents.role import Role
from graphs.approvals import Decision
from graphs.events import (
    ApprovalAsked,
    Event,
    Failed,
    Planned,
    Published,
    TaskFinished,
    TaskStarted,
    TextDelta,
    ThoughtEvent,
    ToolCalled,
)
from graphs.session import SessionStatus
from graphs.sessions import open_sessions
from graphs.team import open_team
from models.errors import ModelError, UsageError
from tests.graphs.team_at_work import (
    ACCEPT,
    REPORT,
    TurnDict,
    call,
    only,
    plan_turn,
    received,
    report,
    resume,
    run,
    say,
    scripted,
    tasks,
)

PAIR = plan_turn(("a", "github", []), ("b", "testing", []))


class FakeApprover:
    """Answers every question alike and remembers what it was asked."""

    def __init__(self, approved: bool, reason: str = "") -> None:
        self.asked: list[list[ApprovalAsked]] = []
        self._decision = Decision(approved=approved, reason=reason)

    async def decide(self, asked: Sequence[ApprovalAsked]) -> Sequence[Decision]:
        self.asked.append(list(asked))
        return [self._decision] * len(asked)


def reading(role: str, path: str = "app.py") -> tuple[TurnDict, TurnDict]:
    return call(role, "read_file", path=path), say(role, f"{role} is done [t1.1].")


async def test_a_request_is_planned_worked_on_reviewed_and_reported(
    repo: Path, tmp_path: Path
) -> None:
    turns = [PAIR, *reading("github"), *reading("testing"), ACCEPT, REPORT]
    events = await run(scripted(tmp_path, *turns), repo)
    names = [event.model_dump()["type"] for event in only(Published, events)]
    assert {"planned", "task_started", "tool_called", "task_finished", "text"} <= set(names)
    assert [e.seq for e in only(Published, events)] == list(range(1, len(names) + 1))
    assert {e.session for e in only(Published, events)} == {"s"}
    assert report(events).report.answer == "The tests fail [t1.1]. It is old. (opinion)"


async def test_a_task_starts_only_when_what_it_needs_is_done(repo: Path, tmp_path: Path) -> None:
    plan = plan_turn(("a", "github", []), ("b", "testing", ["a"]), ("c", "documentation", ["b"]))
    turns = [
        plan,
        say("github", "x"),
        say("testing", "y"),
        say("documentation", "z"),
        ACCEPT,
        REPORT,
    ]
    events = await run(scripted(tmp_path, *turns), repo)
    order = [
        f"{type(e).__name__} {e.task}" for e in events if isinstance(e, TaskStarted | TaskFinished)
    ]
    assert order == [f"{kind} t{n}" for n in (1, 2, 3) for kind in ("TaskStarted", "TaskFinished")]


async def test_tasks_without_needs_run_side_by_side(repo: Path, tmp_path: Path) -> None:
    turns = [PAIR, say("github", "x"), say("testing", "x"), ACCEPT, REPORT]
    events = await run(scripted(tmp_path, *turns), repo)
    order = [type(e) for e in events if isinstance(e, TaskStarted | TaskFinished)]
    assert order == [TaskStarted, TaskStarted, TaskFinished, TaskFinished]


async def test_max_agents_bounds_how_many_work_at_once(repo: Path, tmp_path: Path) -> None:
    turns = [PAIR, say("github", "x"), say("testing", "x"), ACCEPT, REPORT]
    events = await run(scripted(tmp_path, *turns, max_agents=1), repo)
    order = [type(e) for e in events if isinstance(e, TaskStarted | TaskFinished)]
    assert order == [TaskStarted, TaskFinished, TaskStarted, TaskFinished]


async def test_a_bad_plan_is_repaired_once_with_the_error_told(repo: Path, tmp_path: Path) -> None:
    bad = {"role": "coordinator/plan", "text": json.dumps(tasks(("a", "testing", ["z"])))}
    good = plan_turn(("a", "testing", []))
    settings = scripted(tmp_path, bad, good, say("testing", "x"), ACCEPT, REPORT)
    async with open_team(settings) as team:
        asked = Request(text="What is wrong?", repo=str(repo))
        events = [event async for event in team.run(asked, "s")]
        told = [str(call.messages[-1].content) for call in await received(team)]
    assert report(events)
    assert "needs 'z', which is not in the plan" in told[1]


@pytest.mark.parametrize("nonsense", ["", "no idea", "{}", '{"tasks": [{"id": 1}]}'])
async def test_a_plan_that_is_nonsense_twice_fails_clearly(
    nonsense: str, repo: Path, tmp_path: Path
) -> None:
    turn = {"role": "coordinator/plan", "text": nonsense}
    events = await run(scripted(tmp_path, turn, turn), repo)
    failed = events[-1]
    assert isinstance(failed, Failed)
    assert failed.exit_code == 4
    assert "after one repair" in failed.message
    assert "--model coordinator=" in failed.hint


async def test_a_failing_specialist_does_not_stop_its_sibling(repo: Path, tmp_path: Path) -> None:
    turns = [PAIR, {"role": "github", "error": "out of words"}, *reading("testing"), ACCEPT, REPORT]
    events = await run(scripted(tmp_path, *turns), repo)
    status = {event.task: event.status for event in only(TaskFinished, events)}
    assert status == {"t1": Status.FAILED, "t2": Status.DONE}
    assert any("out of words" in question for question in report(events).report.open_questions)


async def test_a_review_may_add_tasks_once(repo: Path, tmp_path: Path) -> None:
    more = {"accept": False, "reason": "docs", **tasks(("n", "documentation", ["t1"]))}
    again = {"accept": False, "reason": "more", **tasks(("n", "ci_cd", []))}
    turns = [
        plan_turn(("a", "testing", [])),
        say("testing", "x"),
        {"role": "coordinator/review", "text": json.dumps(more)},
        say("documentation", "y"),
        {"role": "coordinator/review", "text": json.dumps(again)},
        REPORT,
    ]
    events = await run(scripted(tmp_path, *turns), repo)
    assert [e.task for e in only(TaskStarted, events)] == ["t1", "t2"]
    assert [len(e.tasks) for e in only(Planned, events)] == [1, 2]


async def test_thinking_is_kept_and_reaches_no_answer_prompt_or_report(
    repo: Path, tmp_path: Path
) -> None:
    secret = "the-inner-voice"
    turns = [
        {**PAIR, "thinking": secret},
        {**call("testing", "read_file", path="app.py"), "thinking": secret},
        say("testing", "done", thinking=secret),
        say("github", "done"),
        {**ACCEPT, "thinking": secret},
        {**REPORT, "thinking": secret},
    ]
    settings = scripted(tmp_path, *turns)
    async with open_team(settings) as team:
        asked = Request(text="What is wrong?", repo=str(repo))
        events = [event async for event in team.run(asked, "s")]
        prompts = "".join(str(m) for call in await received(team) for m in call.messages)
        kept = (await team.sessions.show("s")).thoughts
    assert secret not in prompts
    assert secret not in report(events).model_dump_json()
    assert len(only(ThoughtEvent, events)) == len(kept) == 5
    assert all(secret in thought.text and thought.decided for thought in kept)


async def test_a_call_that_needs_an_approval_is_refused_where_nobody_can_be_asked(
    repo: Path, tmp_path: Path
) -> None:
    turns = [
        plan_turn(("a", "testing", [])),
        call("testing", "run", command=["touch", "made"]),
        say("testing", "x"),
        ACCEPT,
        REPORT,
    ]
    events = await run(scripted(tmp_path, *turns), repo)
    assert not (repo / "made").exists()
    assert any("--approve all" in question for question in report(events).report.open_questions)


@pytest.mark.parametrize("approved", [True, False])
async def test_a_person_decides_and_the_call_runs_once_or_never(
    approved: bool, repo: Path, tmp_path: Path
) -> None:
    command = ["sh", "-c", "echo x >> made"]
    turns = [
        plan_turn(("a", "testing", [])),
        call("testing", "run", command=command, write=True),
        say("testing", "x"),
        ACCEPT,
        REPORT,
    ]
    approver = FakeApprover(approved, "not today")
    events = await run(scripted(tmp_path, *turns), repo, approver=approver)
    asked = [
        one for card in approver.asked for one in card if one.arguments.get("command") == command
    ]
    assert len(asked) == 1
    made = repo / "made"
    assert (made.read_text() if made.exists() else "") == ("x\n" if approved else "")
    [ran] = [e for e in only(ToolCalled, events) if e.arguments.get("command") == command]
    assert ran.exit_code == (0 if approved else 126)


async def test_without_a_sandbox_nothing_runs_and_the_report_says_why(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git = shutil.which("git")
    assert git is not None
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(git)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    turns = [
        plan_turn(("a", "ci_cd", [])),
        call("ci_cd", "run", command=["git", "--version"]),
        say("ci_cd", "x"),
        ACCEPT,
        REPORT,
    ]
    settings = scripted(tmp_path, *turns, approve="all", sandbox=True)
    told = report(await run(settings, repo)).report
    (question,) = told.open_questions
    assert "`git --version` was not run: there is no sandbox for commands here" in question
    assert "bubblewrap" in question or "sandbox-exec" in question
    again = scripted(tmp_path, *turns, approve="all", sandbox=False)
    assert not report(await run(again, repo, session="other")).report.open_questions


async def test_the_same_call_twice_runs_once(repo: Path, tmp_path: Path) -> None:
    look = call("testing", "read_file", path="app.py")
    turns = [plan_turn(("a", "testing", [])), look, look, look, say("testing", "x"), ACCEPT, REPORT]
    events = await run(scripted(tmp_path, *turns), repo)
    assert [e.tool for e in only(ToolCalled, events)].count("read_file") == 1


async def test_a_specialist_that_never_stops_is_stopped(repo: Path, tmp_path: Path) -> None:
    looks = [call("testing", "search", pattern=f"p{n}") for n in range(20)]
    turns = [plan_turn(("a", "testing", [])), *looks, ACCEPT, REPORT]
    events = await run(scripted(tmp_path, *turns), repo)
    assert [e.status for e in only(TaskFinished, events)] == [Status.DONE]
    assert [e.tool for e in only(ToolCalled, events)].count("search") == 7


async def test_a_command_that_hangs_is_stopped_and_the_run_goes_on(
    repo: Path, tmp_path: Path
) -> None:
    turns = [
        plan_turn(("a", "testing", [])),
        call("testing", "run", command=["sleep", "60"]),
        say("testing", "x"),
        ACCEPT,
        REPORT,
    ]
    settings = scripted(tmp_path, *turns, approve="all", tool_timeout_seconds=0.3)
    events = await run(settings, repo)
    [hung] = [e for e in only(ToolCalled, events) if e.arguments.get("command") == ["sleep", "60"]]
    assert hung.exit_code == 124
    assert hung.seconds < 30
    assert report(events)


async def test_a_broken_model_of_one_role_is_refused_before_anything_is_begun(
    repo: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_text("not a model")
    flags = {"roles": {"github": {"model": str(broken)}}}
    settings = scripted(tmp_path, PAIR, **flags)
    with pytest.raises(ModelError, match="not a GGUF"):
        await run(settings, repo)
    async with open_sessions(settings.sessions_path) as sessions:
        assert await sessions.list() == []


async def test_an_unknown_tool_is_told_to_the_model_and_refused(repo: Path, tmp_path: Path) -> None:
    turns = [
        plan_turn(("a", "testing", [])),
        call("testing", "rm_rf"),
        say("testing", "x"),
        ACCEPT,
        REPORT,
    ]
    events = await run(scripted(tmp_path, *turns), repo)
    [refused] = [e for e in only(ToolCalled, events) if e.tool == "rm_rf"]
    assert refused.exit_code == 126


async def test_a_plan_alone_can_be_looked_at_and_carried_out_later(
    repo: Path, tmp_path: Path
) -> None:
    settings = scripted(tmp_path, PAIR, say("github", "x"), say("testing", "y"), ACCEPT, REPORT)
    first = await run(settings, repo, plan_only=True)
    assert "nothing has been done" in report(first).report.answer
    assert report(first).report.usage[Role.COORDINATOR].answer_tokens > 0
    assert not only(TaskStarted, first)
    second = await resume(settings)
    assert len(only(TaskFinished, second)) == 2
    assert report(second).report.answer.startswith("The tests fail")


async def test_a_call_that_cannot_be_read_is_asked_for_once_more_as_a_call(
    repo: Path, tmp_path: Path
) -> None:
    cut = {"role": "testing", "tool_calls": [{"name": "search", "args": '{"pattern": "tes'}]}
    plan = plan_turn(("a", "testing", []))
    script = [plan, cut, cut, say("testing", "Never read [t1.1]."), ACCEPT, REPORT]
    async with open_team(scripted(tmp_path, *script)) as team:
        async for _ in team.run(Request(text="What is wrong?", repo=str(repo)), "s"):
            pass
        work = [call for call in await received(team) if call.label == "testing/t1/work"]
    assert [call.options.tool_choice for call in work] == ["auto", "any", "auto"]
    assert "could not be read" in work[1].messages[-1].text


async def test_calls_that_think_go_to_the_thinking_model(repo: Path, tmp_path: Path) -> None:
    thinker = tmp_path / "thinker.json"
    turns = [plan_turn(("a", "ci_cd", [])), ACCEPT, REPORT]
    thinker.write_text(json.dumps({"turns": turns}))
    settings = scripted(tmp_path, say("ci_cd", "Said."), thinking_model=f"scripted:{thinker}")
    events = await run(settings, repo, text="Look")
    assert [e.summary for e in only(TaskFinished, events)] == ["Said."]
    assert report(events).report.answer.startswith("The tests fail")


async def test_a_conversation_goes_on_with_new_task_numbers(repo: Path, tmp_path: Path) -> None:
    turns = [plan_turn(("a", "testing", [])), say("testing", "x"), ACCEPT, REPORT]
    again = [plan_turn(("a", "github", [])), say("github", "y"), ACCEPT, REPORT]
    settings = scripted(tmp_path, *turns, *again)
    await run(settings, repo)
    events = await run(settings, repo, text="And the history?")
    assert [e.task for e in only(TaskStarted, events)] == ["t2"]
    assert not report(events).report.usage.get(Role.TESTING)


async def test_a_stopped_run_is_resumed_and_a_finished_one_is_told_again(
    repo: Path, tmp_path: Path
) -> None:
    slow = say("testing", "abcdef", split=1, delay=1)
    settings = scripted(tmp_path, PAIR, say("github", "x"), slow, ACCEPT, REPORT)
    async with open_team(settings) as team:
        asked = Request(text="What is wrong?", repo=str(repo))
        await _until_kept(team.run(asked, "s"), "t1")
    async with open_sessions(settings.sessions_path) as sessions:
        assert [row.status for row in await sessions.list()] == [SessionStatus.STOPPED]
    second = await resume(settings)
    assert [e.task for e in only(TaskFinished, second)] == ["t2"]
    third = await resume(settings)
    assert report(third).report == report(second).report
    assert not only(TaskStarted, third)


async def _until_kept(events: AsyncGenerator[Event, None], task: str) -> None:
    """Stops at the first word of another task after that one has finished."""
    async with aclosing(events):
        finished = False
        async for event in events:
            finished = finished or (isinstance(event, TaskFinished) and event.task == task)
            if finished and isinstance(event, TextDelta):
                return


async def test_two_processes_cannot_work_on_one_session(repo: Path, tmp_path: Path) -> None:
    settings = scripted(tmp_path, PAIR)
    async with open_team(settings) as one, open_team(settings) as two:
        with one.sessions.held("s"), pytest.raises(UsageError, match="another process"):
            async for _ in two.run(Request(text="x", repo=str(repo)), "s"):
                pass


@pytest.mark.parametrize("name", ["", "../x", "a/b", "-x", "a" * 65, "a\nb"])
async def test_a_session_name_that_is_no_file_name_is_refused(
    name: str, repo: Path, tmp_path: Path
) -> None:
    if name:
        with pytest.raises(UsageError, match="cannot be a session's name"):
            await run(scripted(tmp_path, PAIR), repo, session=name)


async def test_a_word_to_cadre_itself_is_answered_without_any_work(
    repo: Path, tmp_path: Path
) -> None:
    nothing: TurnDict = {"role": "coordinator/plan", "text": json.dumps({"tasks": []})}
    talk = say("coordinator/talk", "I look after this repository.")
    settings = scripted(tmp_path, nothing, talk)
    events = await run(settings, repo, text="What can you do?")
    [planned] = only(Planned, events)
    assert planned.tasks == ()
    assert not only(TaskStarted, events)
    told = report(events).report
    assert (told.answer, told.findings) == ("I look after this repository.", ())


async def test_a_plan_alone_of_nothing_says_so(repo: Path, tmp_path: Path) -> None:
    nothing: TurnDict = {"role": "coordinator/plan", "text": json.dumps({"tasks": []})}
    events = await run(scripted(tmp_path, nothing), repo, text="Thanks!", plan_only=True)
    assert report(events).report.answer == "Nothing asks for work on the repository."
