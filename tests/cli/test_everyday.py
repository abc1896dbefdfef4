"""The everyday tasks, the way back and the rules, through the command's outermost edge."""

import json
from pathlib import Path

import pytest

import cli
from tests.agents.tools.repository import git
from tests.cli.conftest import Place
from tests.graphs.team_at_work import call, say

Captured = pytest.CaptureFixture[str]
REPORT = say("coordinator/report", "Done.")


def enter(place: Place, *args: str) -> int:
    return cli.enter([*args, *place.flags])


def test_a_review_looks_at_the_change_alone(place: Place, capsys: Captured) -> None:
    (place.repo / "app.py").write_text("import os\nprint(1)\n")
    (place.repo / "old.py").write_text("import sys\n")
    git(place.repo, "add", "old.py")
    git(place.repo, "commit", "-qm", "Add old")
    place.play(say("development", "x"), say("testing", "x"), REPORT)
    assert enter(place, "review", "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [task["role"] for task in lines[0]["tasks"]] == ["development", "testing"]
    report = lines[-1]["report"]
    assert {(f["path"], f["rule"]) for f in report["findings"]} == {("app.py", "F401")}


def test_a_review_of_nothing_says_so(place: Place, capsys: Captured) -> None:
    assert enter(place, "review", "--base", "HEAD") == 2
    assert "nothing differs from HEAD" in capsys.readouterr().err
    assert enter(place, "review", "--base", "nope") == 2
    assert "there is no revision 'nope'" in capsys.readouterr().err


def test_what_is_staged_is_committed_in_the_repositorys_style(
    place: Place, capsys: Captured
) -> None:
    git(place.repo, "config", "user.name", "Example")
    git(place.repo, "config", "user.email", "example@example.invalid")
    (place.repo / "app.py").write_text("print(2)\n")
    git(place.repo, "add", "app.py")
    place.play(say("github", "Committed."), REPORT)
    assert enter(place, "commit", "--approve", "all") == 0
    assert git(place.repo, "status", "--short") == ""
    assert git(place.repo, "log", "--format=%s").splitlines()[1] == "Begin"


def test_a_commit_waits_for_a_person(place: Place, capsys: Captured) -> None:
    (place.repo / "app.py").write_text("print(2)\n")
    git(place.repo, "add", "app.py")
    place.play(say("github", "Not committed."), REPORT)
    assert enter(place, "commit") == 0
    assert "nobody is there to ask" in capsys.readouterr().out
    assert git(place.repo, "log", "--format=%s").splitlines() == ["Begin"]


def test_what_cannot_be_done_is_said_before_anything_is_begun(
    place: Place, capsys: Captured
) -> None:
    assert enter(place, "commit") == 2
    assert "nothing is staged" in capsys.readouterr().err
    assert enter(place, "changelog", "v1..HEAD") == 2
    assert "there is no branch, tag or commit 'v1'" in capsys.readouterr().err
    git(place.repo, "update-ref", "-d", "HEAD")
    assert enter(place, "review") == 2
    assert "there is no commit yet" in capsys.readouterr().err
    assert cli.enter(["sessions", "list"]) == 0
    assert "nothing was run yet" in capsys.readouterr().err


def test_a_changelog_stands_in_the_report_as_it_was_written(place: Place, capsys: Captured) -> None:
    place.play(say("github", "Written."), REPORT)
    assert enter(place, "changelog") == 0
    assert "- Begin" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("task", "role"), [("ci", "ci_cd"), ("test", "testing"), ("docs", "documentation")]
)
def test_each_task_has_its_specialist(place: Place, capsys: Captured, task: str, role: str) -> None:
    place.play(say(role, "Looked."), REPORT)
    assert enter(place, task, "--json") == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert [one["role"] for one in first["tasks"]] == [role]


LOG = """##[group]Run pytest -q
pytest -q
##[endgroup]
tests/test_app.py:1: AssertionError
FAILED tests/test_app.py::test - assert 1 == 2
##[error]Process completed with exit code 1.
"""


def test_a_log_is_explained_without_a_model(place: Place, capsys: Captured) -> None:
    (place.folder / "ci.log").write_text(LOG)
    args = ["ci", "--log", str(place.folder / "ci.log"), "--repo", str(place.repo)]
    assert cli.enter([*args, "--fail-on", "error"]) == 1
    shown = capsys.readouterr().out
    assert "failing step: Run pytest -q" in shown
    assert "tests/test_app.py" in shown
    assert cli.enter([*args, "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["type"] for line in lines] == ["finding", "reported"]
    assert cli.enter(["ci", "--log", "nowhere.log"]) == 2
    assert "cannot read the log nowhere.log" in capsys.readouterr().err
    for nothing in (place.folder / "empty.log", place.folder / "empty"):
        nothing.touch() if nothing.suffix else nothing.mkdir()
        assert cli.enter(["ci", "--log", str(nothing)]) == 2
        assert "there is no log in" in capsys.readouterr().err


def changed(place: Place) -> Path:
    """A session `s` that has changed a file and made one."""
    place.play(
        call("documentation", "edit_file", path="README.md", old="# App", new="# Application"),
        call("documentation", "write_file", path="new/a.md", content="# A\n"),
        say("documentation", "Changed."),
        REPORT,
    )
    assert enter(place, "docs", "--approve", "edit", "--session", "s") == 0
    return place.repo / "README.md"


def test_what_a_session_changed_is_taken_back(place: Place, capsys: Captured) -> None:
    readme = changed(place)
    assert readme.read_text() == "# Application\n"
    assert cli.enter(["sessions", "undo", "s"]) == 2
    assert "nobody is there to ask" in capsys.readouterr().err
    assert cli.enter(["sessions", "undo", "s", "--yes"]) == 0
    shown = capsys.readouterr()
    assert "-# Application" in shown.err
    assert shown.out == "restored README.md\nrestored new/a.md\n"
    assert readme.read_text() == "# App\n"
    assert git(place.repo, "status", "--short") == ""
    assert cli.enter(["sessions", "undo", "s", "--yes"]) == 0
    assert "has changed nothing" in capsys.readouterr().err


def test_nobodys_later_change_is_written_over(place: Place, capsys: Captured) -> None:
    readme = changed(place)
    readme.write_text("# Mine\n")
    assert cli.enter(["sessions", "undo", "s", "--yes"]) == 2
    told = capsys.readouterr().err
    assert "README.md: it was changed after the session wrote it" in told
    assert "+# Mine" in told
    assert readme.read_text() == "# Mine\n"
    assert (place.repo / "new" / "a.md").exists()


def test_removing_a_session_removes_what_was_kept_for_its_undo(
    place: Place, capsys: Captured
) -> None:
    changed(place)
    assert "refs/cadre/s" in git(place.repo, "for-each-ref", "--format=%(refname)")
    assert cli.enter(["sessions", "rm", "s"]) == 0
    assert git(place.repo, "for-each-ref", "--format=%(refname)", "refs/cadre") == ""


def test_rules_are_listed_and_taken_back(place: Place, capsys: Captured) -> None:
    from agents.tools.process import Processes
    from agents.tools.rules import RuleBook
    from agents.tools.workplace import Workplace

    RuleBook(Workplace(place.repo.resolve(), Processes())).keep("run: pytest *")
    repo = ["--repo", str(place.repo)]
    assert cli.enter(["rules", "list", *repo]) == 0
    assert capsys.readouterr().out == "1  run: pytest *\n"
    assert cli.enter(["rules", "rm", "2", *repo]) == 2
    assert cli.enter(["rules", "rm", "1", *repo]) == 0
    assert cli.enter(["rules", "list", *repo]) == 0
    assert "there are no rules" in capsys.readouterr().err


def test_a_second_run_tells_what_is_new(place: Place, capsys: Captured) -> None:
    first, second = place.folder / "first.sarif", place.folder / "second.json"
    (place.repo / "app.py").write_text("import os\nprint(1)\n")
    place.play(say("development", "x"), say("testing", "x"), REPORT)
    args = ["review", *place.flags, "--fail-on", "warning"]
    assert cli.enter([*args, "--sarif", str(first)]) == 1
    (place.repo / "app.py").write_text("import os\nimport sys\nprint(1)\n")
    more = ["--baseline", str(first), "--output", f"json={second}"]
    assert cli.enter([*args, *more]) == 1
    assert "beside the baseline: 1 new, 0 fixed, 1 unchanged" in capsys.readouterr().err
    states = [one["state"] for one in json.loads(second.read_text())["findings"]]
    assert sorted(states) == ["new", "unchanged"]
    assert cli.enter([*args, "--baseline", str(place.repo / "app.py")]) == 2
