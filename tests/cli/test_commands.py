"""Every command through its outermost edge, over a real graph, store and repository."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest

import cli
from agents.role import Role
from agents.tools.policy import Approve
from tests.cli.conftest import Place

Captured = pytest.CaptureFixture[str]


def run(place: Place, *more: str) -> int:
    return cli.enter(["run", "Look at the tests", *place.flags, *more])


def test_a_run_reports_on_stdout_and_is_listed_afterwards(place: Place, capsys: Captured) -> None:
    assert run(place, "--session", "first") == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("# Result\n\nThere is **one** test [t1.1].")
    assert "t1   testing       list_files pattern=tests/*" in shown.err
    assert cli.enter(["sessions", "list"]) == 0
    assert capsys.readouterr().out.startswith("first\tdone\t")
    assert cli.enter(["sessions", "show", "first"]) == 0
    assert "[t1.1] list_files" in capsys.readouterr().out
    assert cli.enter(["thoughts", "first", "--role", "testing"]) == 0
    assert cli.enter(["thoughts", "first", "--task", "t1"]) == 0
    assert cli.enter(["thoughts", "first", "--task", "t2"]) == 2
    assert "Only one." in capsys.readouterr().out
    assert cli.enter(["sessions", "rm", "first"]) == 0
    assert cli.enter(["sessions", "list"]) == 0
    assert "nothing was run yet" in capsys.readouterr().err


def test_json_is_one_object_a_line_and_ends_with_the_report(place: Place, capsys: Captured) -> None:
    assert run(place, "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert len({line["session"] for line in lines}) == 1
    assert lines[-1]["type"] == "reported"
    assert {"planned", "task_started", "thought", "tool_called", "usage"} <= {
        line["type"] for line in lines
    }


def test_a_plan_alone_runs_nothing(place: Place, capsys: Captured) -> None:
    assert run(place, "--plan-only") == 0
    shown = capsys.readouterr()
    assert "t1" in shown.out
    assert "started" not in shown.err


def test_a_finished_session_resumed_is_reported_again(place: Place, capsys: Captured) -> None:
    run(place, "--session", "first")
    first = capsys.readouterr().out
    assert cli.enter(["resume", "first", *place.model]) == 0
    assert capsys.readouterr().out == first


def test_files_are_written(place: Place, tmp_path: Path) -> None:
    files = ["--report", str(tmp_path / "r.md"), "--sarif", str(tmp_path / "r.sarif")]
    assert run(place, *files) == 0
    assert "# Result" in (tmp_path / "r.md").read_text()
    assert json.loads((tmp_path / "r.sarif").read_text())["version"] == "2.1.0"


def test_a_conversation_comes_from_a_pipe(
    place: Place, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place.folder / "lines").write_text("/no_think\nLook at the tests\n/quit\nnot this\n")
    with (place.folder / "lines").open() as lines:
        monkeypatch.setattr("sys.stdin", lines)
        assert cli.enter(["chat", *place.flags]) == 0
    shown = capsys.readouterr()
    assert shown.out.count("# Result") == 1
    assert "thinking off" in shown.err
    assert "thought" not in shown.err


def test_the_roster_and_the_graph(place: Place, capsys: Captured) -> None:
    assert cli.enter(["agents", *place.flags]) == 0
    assert "testing.model: --model" in capsys.readouterr().out
    assert cli.enter(["agents", "--graph"]) == 0
    graph = capsys.readouterr().out
    assert all(role.value in graph for role in Role)


def test_the_version(capsys: Captured) -> None:
    assert cli.enter(["--version"]) == 0
    assert capsys.readouterr().out.startswith("cadre ")


def test_no_command_is_a_question_for_help(capsys: Captured) -> None:
    assert cli.enter([]) == 0
    assert "Usage: cadre" in capsys.readouterr().out


@dataclass(frozen=True)
class Case:
    args: tuple[str, ...]
    exit: int
    message: str


CASES = [
    Case(("doctr",), 2, "Did you mean 'doctor'"),
    Case(("run",), 2, "Missing argument 'REQUEST'"),
    Case(("run", "x", "--bogus"), 2, "No such option: --bogus"),
    Case(("run", "x", "--approve", "never"), 2, "--approve"),
    Case(("run", "x", "--max-agents", "0"), 2, "--max-agents"),
    Case(("run", "x", "--model", "embedded"), 2, "expected ROLE=REF"),
    Case(("run", "x", "--model", "tester=embedded"), 2, "no role 'tester'"),
    Case(("run", ""), 2, "the request is empty"),
    Case(("run", "x", "--repo", "no-such-folder"), 2, "no directory"),
    Case(("agents", "--repo", "no-such-folder"), 2, "no directory no-such-folder"),
    Case(("doctor", "--repo", "no-such-folder"), 2, "no directory no-such-folder"),
    Case(("models", "list", "--repo", "no-such-folder"), 2, "no directory no-such-folder"),
    Case(("models", "inspect", ""), 2, "no file is named"),
    Case(("run", "x", "--session", "../x"), 2, "cannot be a session's name"),
    Case(("run", "x", "--model", "all=Qwen3-14B"), 3, "Qwen3-14B"),
    Case(("run", "x", "--model", "all=./none.gguf"), 3, "none.gguf"),
    Case(("run", "x", "--report", "no/folder/r.md"), 2, "--report: cannot write"),
    Case(("resume", "nobody"), 2, "no session 'nobody'"),
    Case(("resume",), 2, "no session yet"),
    Case(("sessions", "show", "nobody"), 2, "no session 'nobody'"),
    Case(("sessions", "rm", "nobody"), 2, "no session 'nobody'"),
    Case(("sessions",), 2, "Missing command"),
    Case(("thoughts", "nobody"), 2, "no session 'nobody'"),
    Case(("thoughts", "x", "--role", "tester"), 2, "--role"),
    Case(("thoughts", "first", "--task", "t9"), 2, "no session 'first'"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: " ".join(case.args))
def test_what_cannot_be_ends_in_one_line_a_hint_and_a_code(
    case: Case, place: Place, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place.repo)
    assert cli.enter(list(case.args)) == case.exit
    shown = capsys.readouterr()
    told = [line for line in shown.err.splitlines() if line.startswith(("error: ", "hint: "))]
    assert [line.split(":")[0] for line in told] == ["error", "hint"]
    assert case.message in told[0] + told[1]
    assert shown.out == ""


@pytest.mark.parametrize(
    "args", [["--bogus"], ["--model", "tester=x"], ["--repo", "no-such-folder"]]
)
def test_json_ends_in_failed_also_before_the_run(
    args: list[str], place: Place, capsys: Captured
) -> None:
    assert cli.enter(["run", "x", "--json", *args]) == 2
    [line] = capsys.readouterr().out.splitlines()
    assert (json.loads(line)["type"], json.loads(line)["exit_code"]) == ("failed", 2)


def test_a_wrong_setting_is_a_configuration_error(place: Place, capsys: Captured) -> None:
    (place.repo / "cadre.toml").write_text("aprove = 'all'")
    assert run(place) == 3
    assert "did you mean approve?" in capsys.readouterr().err


def test_a_bug_is_one_line_and_a_file(
    place: Place, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise ZeroDivisionError("by [bold]zero[/bold]")

    monkeypatch.setattr("console.roster.resolve", broken)
    assert cli.enter(["agents"]) == 4
    [line] = capsys.readouterr().err.splitlines()
    assert "this is a bug in Cadre: ZeroDivisionError: by [bold]zero[/bold]" in line
    [file] = (place.folder / "state" / "bugs").iterdir()
    assert "in broken" in file.read_text()
    assert str(file) in line
    monkeypatch.setenv("CADRE_DEBUG", "1")
    assert cli.enter(["agents"]) == 4
    assert "Traceback" in capsys.readouterr().err


def test_the_command_line_offers_every_role_and_level() -> None:
    assert set(get_args(cli.RoleName)) == set(Role)
    assert {level.value for level in Approve} == {"ask", "read", "edit", "all"}
