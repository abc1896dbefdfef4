"""The team mends the example service: every planted fault, each change with its evidence."""

import asyncio
import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from agents.evidence import Evidence
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


@dataclass(frozen=True)
class Mended:
    """A run over the example, and what it left."""

    before: dict[str, bytes]
    after: dict[str, bytes]
    report: Report
    tools: tuple[str, ...]
    """Those that ran, in order."""
    evidence: tuple[Evidence, ...]
    undone: dict[str, bytes]
    """The files after an undo."""
    status: tuple[str, str]
    """git's, before the run and after the undo."""


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of the work tree, and its content."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def make_example(folder: Path) -> Path:
    service = folder / "courier"
    subprocess.run([sys.executable, str(SCRIPT), str(service)], check=True, capture_output=True)
    return service


async def mend(folder: Path, approve: str) -> Mended:
    service = make_example(folder)
    before, status = tree(service), git(service, "status", "--short")
    settings = scripted(folder, *MENDING, approve=approve, rounds=1, max_agents=1)
    events = await run(settings, service, "Mend everything")
    after = tree(service)
    async with open_sessions(settings.sessions_path) as sessions:
        evidence = (await sessions.show("s")).evidence
        async with undoing(sessions, "s") as back:
            await back.undo()
    return Mended(
        before=before,
        after=after,
        report=report(events).report,
        tools=tuple(event.tool for event in only(ToolCalled, events)),
        evidence=evidence,
        undone=tree(service),
        status=(status, git(service, "status", "--short")),
    )


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> Mended:
    """One run with all approvals granted, which several tests look at."""
    return asyncio.run(mend(tmp_path_factory.mktemp("mended"), "all"))


BY_SURVEYS = {
    *("zizmor/template-injection", "schema/unknown-key", "DL3007", "cadre/no-user"),
    *("cadre/gone-file", "cadre/unknown-option", "cadre/unused-dependency", "F401"),
}


def test_with_approvals_granted_every_planted_fault_is_mended(mended: Mended) -> None:
    told = mended.report
    assert told.findings == ()
    assert {finding.rule for finding in told.fixed} == {*BY_SURVEYS, "tests/failed"}
    assert "9 mended" in told.answer
    changed = {name for name, content in mended.after.items() if mended.before[name] != content}
    assert set(told.changes) == changed
    assert len(changed) == 7


def test_every_change_has_its_diff_as_evidence(mended: Mended) -> None:
    edits = [kept for kept in mended.evidence if kept.tool == "edit_file" and not kept.exit_code]
    assert {str(kept.arguments["path"]) for kept in edits} == set(mended.report.changes)
    assert all("\n-" in kept.excerpt or "\n+" in kept.excerpt for kept in edits)


def test_what_is_written_is_checked_by_itself(mended: Mended) -> None:
    after_edit = {after for tool, after in pairwise(mended.tools) if tool == "edit_file"}
    assert {"check-jsonschema", "hadolint", "ruff"} <= after_edit
    assert mended.tools.count("run_tests") >= 2, "once asked for, once to see what a change breaks"


def test_all_of_it_can_be_taken_back(mended: Mended) -> None:
    assert mended.undone == mended.before
    assert mended.status[0] == mended.status[1]


async def test_with_reading_alone_nothing_changes_and_all_is_reported(tmp_path: Path) -> None:
    told = await mend(tmp_path, "read")
    assert told.after == told.before
    assert (told.report.fixed, told.report.changes) == ((), ())
    assert {finding.rule for finding in told.report.findings} >= BY_SURVEYS
    assert any("run_tests" in question for question in told.report.open_questions)
