"""The team mends the example service: every planted fault, each change with its evidence."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from agents.report import Report
from graphs.events import ToolCalled
from graphs.sessions import open_sessions
from graphs.undoing import undoing
from tests.agents.tools.repository import git
from tests.graphs.team_at_work import (
    ACCEPT,
    TurnDict,
    call,
    only,
    plan_turn,
    report,
    run,
    say,
    scripted,
)

SCRIPT = Path(__file__).parents[2] / "scripts" / "make_example.py"

SHELL = """          if echo "${{ github.event.issue.title }}" | grep -qi rate; then"""
SAFE = """          if echo "$TITLE" | grep -qi rate; then"""

PLAN = plan_turn(
    ("a", "testing", []),
    ("b", "ci_cd", []),
    ("c", "development", ["a"]),
    ("d", "documentation", []),
)


def edit(role: str, path: str, old: str, new: str) -> TurnDict:
    return call(role, "edit_file", path=path, old=old, new=new)


TRIAGE = ".github/workflows/triage.yml"
MENDING = (
    PLAN,
    call("testing", "run_tests"),
    say("testing", "One test fails [t1.3]."),
    edit("ci_cd", TRIAGE, "timeout-minuets", "timeout-minutes"),
    edit("ci_cd", TRIAGE, SHELL, SAFE),
    edit("ci_cd", TRIAGE, "    env:\n", "    env:\n      TITLE: ${{ github.event.issue.title }}\n"),
    edit("ci_cd", "Dockerfile", "FROM python:latest", "FROM python:3.12-slim"),
    edit(
        "ci_cd", "Dockerfile", "EXPOSE 8080\n", "RUN useradd courier\nUSER courier\nEXPOSE 8080\n"
    ),
    say("ci_cd", "The workflow and the image are mended."),
    edit("development", "courier/rates.py", "bisect_right", "bisect_left"),
    edit("development", "courier/rates.py", "import bisect_right", "import bisect_left"),
    edit("development", "courier/rates.py", "bisect_right([", "bisect_left(["),
    edit("development", "courier/config.py", "import os\n", ""),
    edit("development", "pyproject.toml", '    "requests>=2.31",\n', ""),
    say("development", "The limits hold now."),
    edit("documentation", "README.md", " --reload", ""),
    edit(
        "documentation",
        "docs/operations.md",
        "To fill an empty table from last year's price list:\n\n"
        "```sh\npython scripts/seed_rates.py prices-2025.csv > rates.yaml\n```\n\n",
        "",
    ),
    say("documentation", "The documents are true again."),
    ACCEPT,
    say("coordinator/report", "All is mended."),
)


@pytest.fixture
def service(tmp_path: Path) -> Path:
    folder = tmp_path / "courier"
    subprocess.run([sys.executable, str(SCRIPT), str(folder)], check=True, capture_output=True)
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of the work tree, and its content."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


async def mend(tmp_path: Path, service: Path, approve: str) -> Report:
    settings = scripted(tmp_path, *MENDING, approve=approve, rounds=1, max_agents=1)
    return report(await run(settings, service, "Mend everything")).report


async def test_with_approvals_granted_every_planted_fault_is_mended(
    tmp_path: Path, service: Path
) -> None:
    before = tree(service)
    told = await mend(tmp_path, service, "all")
    assert told.findings == ()
    assert {finding.rule for finding in told.fixed} == {
        *("zizmor/template-injection", "schema/unknown-key", "DL3007", "cadre/no-user"),
        *("cadre/gone-file", "cadre/unknown-option", "cadre/unused-dependency", "F401"),
        *(f.rule for f in told.fixed if f.path == "tests/test_rates.py"),
    }
    assert any(finding.path == "tests/test_rates.py" for finding in told.fixed)
    changed = {name for name, content in tree(service).items() if before[name] != content}
    assert set(told.changes) == changed
    assert len(changed) == 7
    assert "9 mended" in told.answer


async def test_every_change_has_its_diff_as_evidence_and_can_be_undone(
    tmp_path: Path, service: Path
) -> None:
    before, status = tree(service), git(service, "status", "--short")
    settings = scripted(tmp_path, *MENDING, approve="all", rounds=1, max_agents=1)
    told = report(await run(settings, service, "Mend everything"))
    async with open_sessions(settings.sessions_path) as sessions:
        evidence = (await sessions.show("s")).evidence
        async with undoing(sessions, "s") as back:
            undone = await back.undo()
    assert undone.done
    edits = [kept for kept in evidence if kept.tool == "edit_file" and kept.exit_code == 0]
    assert {str(kept.arguments["path"]) for kept in edits} == set(told.report.changes)
    assert all("\n-" in kept.excerpt or "\n+" in kept.excerpt for kept in edits)
    assert tree(service) == before
    assert git(service, "status", "--short") == status


async def test_with_reading_alone_nothing_changes_and_all_is_reported(
    tmp_path: Path, service: Path
) -> None:
    before = tree(service)
    told = await mend(tmp_path, service, "read")
    assert tree(service) == before
    assert (told.fixed, told.changes) == ((), ())
    rules = {finding.rule for finding in told.findings}
    assert {
        *("zizmor/template-injection", "schema/unknown-key", "DL3007", "cadre/no-user"),
        *("cadre/gone-file", "cadre/unknown-option", "cadre/unused-dependency", "F401"),
    } <= rules
    assert any("run_tests" in question for question in told.open_questions)


async def test_what_is_written_is_checked_by_itself(tmp_path: Path, service: Path) -> None:
    settings = scripted(tmp_path, *MENDING, approve="all", rounds=1, max_agents=1)
    tools = [event.tool for event in only(ToolCalled, await run(settings, service))]
    after_edit = [b for a, b in pairwise(tools) if a == "edit_file"]
    assert {"check-jsonschema", "hadolint", "ruff"} <= set(after_edit)
