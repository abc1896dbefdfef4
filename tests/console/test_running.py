"""`cadre run` and `cadre resume` over a fake team: outputs, exit codes, endings."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from agents.finding import Severity
from agents.report import Report
from console.exits import Exit
from console.options import FailOn, Output, RunOptions, Typed
from console.running import run_request
from graphs.events import Event, Failed, Reported
from models.errors import CadreError, GenerationError, ModelError, UsageError
from tests.console.conftest import Screen
from tests.console.fake_team import FakeTeam
from tests.console.story import FINDINGS, REPORT, done, working


@pytest.fixture
def options(tmp_path: Path) -> RunOptions:
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    return RunOptions("Check everything", tmp_path / "repo")


def json_lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


async def run(
    options: RunOptions, screen: Screen, events: Sequence[Event] = (), **team: Any
) -> Exit:
    return await run_request(options, screen.terminal, FakeTeam(events or done(), **team).open)


async def test_the_report_goes_to_stdout_and_progress_to_stderr(
    options: RunOptions, screen: Screen
) -> None:
    assert await run(options, screen) == Exit.DONE
    assert screen.out.getvalue().startswith("# Result\n")
    assert "session check ·" in screen.out.getvalue()
    assert "t1   testing       started" in screen.err.getvalue()


async def test_what_a_person_should_know_of_the_memory_stands_on_stderr(
    options: RunOptions, screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    told = "memory is short: a.gguf has 4.0 GiB instead of 6.0 GiB"
    assert await run(options, screen, notes=[told]) == Exit.DONE
    as_json = replace(options, output=Output(json=True))
    assert await run(as_json, screen, notes=[told]) == Exit.DONE
    assert screen.err.getvalue().count(f"note: {told}") == 2
    assert told not in capsys.readouterr().out


async def test_the_team_gets_the_request_of_the_repository_around_the_folder(
    options: RunOptions, screen: Screen
) -> None:
    inside = options.repo / "deep" / "inside"
    inside.mkdir(parents=True)
    team = FakeTeam(done())
    chosen = replace(options, repo=inside, thinking=False, thinking_budget=5, session="mine")
    await run_request(chosen, screen.terminal, team.open)
    [request] = team.requests
    assert request.repo == str(options.repo)
    assert (request.thinking, request.thinking_budget) == (False, 5)
    assert team.asked == ["mine"]


async def test_a_folder_that_is_not_there_is_not_taken_for_the_repository_around_it(
    options: RunOptions, screen: Screen
) -> None:
    team = FakeTeam(done())
    missing = options.repo / "no-such-folder"
    await run_request(replace(options, repo=missing), screen.terminal, team.open)
    assert [request.repo for request in team.requests] == [str(missing)]


async def test_json_is_one_published_event_a_line(
    options: RunOptions, screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    options = replace(options, output=Output(json=True))
    assert await run(options, screen) == Exit.DONE
    lines = json_lines(capsys)
    assert [line["type"] for line in lines][-1] == "reported"
    assert not {line["type"] for line in lines} & {"text_delta", "thought_delta", "tool_started"}
    assert all(line["session"] == "check" and line["seq"] > 0 for line in lines)
    assert screen.out.getvalue() == ""


async def test_json_survives_a_file_name_that_is_no_unicode(
    options: RunOptions, screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    options = replace(options, output=Output(json=True))
    await run(options, screen, [Reported(report=Report(answer="in \udcff.py"))])
    assert "\\udcff" in capsys.readouterr().out


@dataclass(frozen=True)
class Limit:
    fail_on: FailOn
    worst: Severity | None
    exit: Exit


LIMITS = [
    Limit("none", Severity.ERROR, Exit.DONE),
    Limit("error", Severity.ERROR, Exit.FINDINGS),
    Limit("error", Severity.WARNING, Exit.DONE),
    Limit("warning", Severity.ERROR, Exit.FINDINGS),
    Limit("warning", Severity.WARNING, Exit.FINDINGS),
    Limit("note", Severity.NOTE, Exit.FINDINGS),
    Limit("note", None, Exit.DONE),
]


@pytest.mark.parametrize("limit", LIMITS, ids=lambda one: f"{one.fail_on}-{one.worst}")
async def test_findings_at_the_limit_are_an_exit_code(
    limit: Limit, options: RunOptions, screen: Screen
) -> None:
    found = tuple(finding for finding in FINDINGS if finding.severity == limit.worst)
    options = replace(options, output=Output(fail_on=limit.fail_on))
    ended = await run(options, screen, [Reported(report=Report(answer="", findings=found))])
    assert ended == limit.exit


async def test_files_are_written(options: RunOptions, screen: Screen, tmp_path: Path) -> None:
    report, sarif = tmp_path / "report.md", tmp_path / "report.sarif"
    await run(replace(options, output=Output(report=report, sarif=sarif)), screen)
    assert report.read_text() == screen.out.getvalue()
    assert len(json.loads(sarif.read_text())["runs"][0]["results"]) == len(REPORT.findings)


@pytest.mark.parametrize(
    ("option", "output"),
    [
        ("--report", Output(report=Path("no/such/folder/file"))),
        ("--sarif", Output(sarif=Path("no/such/folder/file"))),
    ],
)
async def test_a_file_that_cannot_be_written_is_told_before_the_run(
    option: str, output: Output, options: RunOptions, screen: Screen
) -> None:
    team = FakeTeam(done())
    with pytest.raises(UsageError, match=option):
        await run_request(replace(options, output=output), screen.terminal, team.open)
    assert not team.requests


async def test_trying_a_file_leaves_none_behind(
    options: RunOptions, screen: Screen, tmp_path: Path
) -> None:
    output = Output(report=tmp_path / "report.md")
    await run(replace(options, output=output), screen, [Failed(message="m", hint="", exit_code=4)])
    assert not (tmp_path / "report.md").exists()


async def test_a_failed_run_tells_why_and_what_to_type(options: RunOptions, screen: Screen) -> None:
    failed = Failed(message="the model said nothing", hint="try another", exit_code=3)
    assert await run(options, screen, [*working(), failed]) == Exit.CONFIGURATION
    assert screen.err.getvalue().endswith("error: the model said nothing\nhint: try another\n")
    assert screen.out.getvalue() == ""


@pytest.mark.parametrize(
    ("error", "exit"),
    [
        (UsageError("no such folder", "name one"), Exit.USAGE),
        (ModelError("no such model", "name one"), Exit.CONFIGURATION),
        (GenerationError("nonsense", "ask again"), Exit.FAILED),
    ],
)
async def test_an_error_before_the_run_is_the_last_json_line_too(
    error: CadreError,
    exit: Exit,
    options: RunOptions,
    screen: Screen,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(CadreError) as raised:
        await run(replace(options, output=Output(json=True)), screen, raises=error)
    [line] = json_lines(capsys)
    assert (line["type"], line["message"], line["hint"]) == ("failed", error.message, error.hint)
    assert line["exit_code"] == exit == Exit.of(raised.value)


async def test_an_unknown_role_is_the_last_json_line_too(
    options: RunOptions, screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    options = replace(options, typed=Typed(["testign=embedded"]), output=Output(json=True))
    with pytest.raises(UsageError, match="testign") as raised:
        await run(options, screen)
    assert raised.value.hint == "did you mean testing?"
    assert json_lines(capsys)[-1]["type"] == "failed"


async def test_an_empty_request_is_no_request(options: RunOptions, screen: Screen) -> None:
    with pytest.raises(UsageError, match="empty"):
        await run(replace(options, text="  "), screen)


@pytest.mark.parametrize("as_json", [False, True])
async def test_a_cancelled_run_is_closed_and_says_how_to_go_on(
    as_json: bool, options: RunOptions, screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    team = FakeTeam(done(), hangs=2)
    options = replace(options, output=Output(json=as_json))
    task = asyncio.create_task(run_request(options, screen.terminal, team.open))
    await team.waiting.wait()
    task.cancel()
    assert await task == Exit.INTERRUPTED
    assert team.closed == 1
    assert screen.err.getvalue().endswith("stopped; continue with: cadre resume check\n")
    if as_json:
        last = json_lines(capsys)[-1]
        assert (last["type"], last["exit_code"]) == ("failed", 130)
        assert last["hint"] == "continue with: cadre resume check"


async def test_a_reader_that_goes_away_stops_the_run(
    options: RunOptions, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Closed:
        def write(self, text: str) -> None:
            raise BrokenPipeError

        def fileno(self) -> int:
            raise OSError

    monkeypatch.setattr("sys.stdout", Closed())
    team = FakeTeam(done())
    options = replace(options, output=Output(json=True))
    assert await run_request(options, screen.terminal, team.open) == Exit.INTERRUPTED
    assert team.closed == 1
    assert "nobody reads the output any more; continue with: cadre resume check" in (
        screen.err.getvalue()
    )
