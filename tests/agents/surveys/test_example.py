"""The surveys over examples/broken-service: every planted fault comes out as a finding."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from agents.belts import named
from agents.finding import Finding
from agents.role import SPECIALISTS, Role
from agents.surveys import Ledger, Survey, survey
from agents.tools.process import Processes
from agents.tools.toolbox import use
from agents.tools.workplace import Workplace
from tests.agents.tools.repository import git

SCRIPT = Path(__file__).parents[3] / "scripts" / "make_example.py"

HEAD = "01d9126"


def make_example(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(SCRIPT), str(folder)], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    folder = tmp_path_factory.mktemp("example") / "courier"
    made = make_example(folder)
    assert made.returncode == 0, made.stderr
    return Workplace(folder.resolve(), Processes(), unconfined=True)


@dataclass(frozen=True)
class Planted:
    role: Role
    rule: str
    path: str
    line: int
    told: str


PLANTED = (
    Planted(Role.CI_CD, "zizmor/template-injection", ".github/workflows/triage.yml", 28, "title"),
    Planted(
        Role.CI_CD, "schema/unknown-key", ".github/workflows/triage.yml", 18, "'timeout-minutes'"
    ),
    Planted(Role.CI_CD, "DL3007", "Dockerfile", 1, "latest"),
    Planted(Role.CI_CD, "cadre/no-user", "Dockerfile", 1, "runs as root"),
    Planted(Role.DOCUMENTATION, "cadre/gone-file", "docs/operations.md", 11, "seed_rates.py"),
    Planted(Role.DOCUMENTATION, "cadre/unknown-option", "README.md", 12, "--reload"),
    Planted(Role.DEVELOPMENT, "cadre/unused-dependency", "pyproject.toml", 13, "'requests'"),
    Planted(Role.DEVELOPMENT, "F401", "courier/config.py", 3, "`os`"),
)


@pytest.mark.parametrize("role", SPECIALISTS)
async def test_each_survey_finds_what_was_planted_and_nothing_else(
    example: Workplace, role: Role
) -> None:
    made = await survey(role, example, Ledger("t1"))
    planted = [fault for fault in PLANTED if fault.role is role]
    assert {(f.rule, f.path, f.line) for f in made.findings} == {
        (fault.rule, fault.path, fault.line) for fault in planted
    }
    for fault in planted:
        finding = next(f for f in made.findings if f.rule == fault.rule)
        assert fault.told in finding.message
        assert set(finding.evidence) <= {evidence.id for evidence in made.evidence}
        assert finding.evidence


@pytest.mark.parametrize("role", SPECIALISTS)
async def test_facts_are_short_cite_evidence_and_are_the_same_each_time(
    example: Workplace, role: Role
) -> None:
    first, second = [await survey(role, example, Ledger("t1")) for _ in range(2)]
    assert first.facts == second.facts
    assert 0 < len(first.facts) <= 2500
    assert "[t1.1]" in first.facts
    assert str(example.root) not in first.model_dump_json()


async def test_the_failing_test_is_found_by_the_proposed_command(example: Workplace) -> None:
    ledger = Ledger("t1")
    found = await run_proposal(example, await survey(Role.TESTING, example, ledger), ledger)
    (finding,) = found
    assert finding.path == "tests/test_rates.py"
    assert finding.line == 16
    assert "test_a_band_holds_its_own_limit fails" in finding.message
    assert "Decimal('11.40') != Decimal('7.20')" in finding.message
    assert finding.evidence == (ledger.kept[-1].id,)


async def run_proposal(example: Workplace, made: Survey, ledger: Ledger) -> tuple[Finding, ...]:
    (proposal,) = made.proposals
    tool = named(Role.TESTING, proposal.tool)
    assert tool is not None
    result = await use(tool, proposal.arguments, example)
    assert result.exit_code == 1
    kept = ledger.keep(proposal.tool, proposal.arguments, result)
    return tuple(f.model_copy(update={"evidence": (kept.id,)}) for f in result.findings)


def test_surveys_and_tests_left_the_repository_as_it_was(example: Workplace) -> None:
    assert git(example.root, "status", "--short", "--ignored") == ""


def test_the_example_is_the_same_repository_each_time(example: Workplace) -> None:
    assert git(example.root, "rev-parse", "HEAD").startswith(HEAD)
    assert git(example.root, "branch", "--format=%(refname:short)").split() == [
        "main",
        "pickup-points",
    ]
    assert git(example.root, "tag").split() == ["v0.3.0"]
    assert int(git(example.root, "rev-list", "--count", "HEAD")) == 9


def test_the_history_ends_in_the_example_as_it_lies_here(example: Workplace) -> None:
    source = SCRIPT.parent.parent / "examples" / "broken-service"
    listed = git(example.root, "ls-files").split()
    for name in listed:
        assert (source / name).read_bytes() == (example.root / name).read_bytes()
    here = {p.relative_to(source).as_posix() for p in source.rglob("*") if p.is_file()}
    assert {name for name in here if "__pycache__" not in name} == set(listed)


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    made = make_example(tmp_path)
    assert made.returncode == 2
    assert made.stderr.count("\n") == 1
    assert "is not empty" in made.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
