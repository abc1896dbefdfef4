"""The GitHub specialist's first look tells conflicts to come, the convention and the release."""

from pathlib import Path

from agents.role import Role
from agents.surveys import Ledger, survey
from tests.agents.tools.repository import commit, git, make, write


async def test_conflicts_convention_and_release_are_facts_with_evidence(tmp_path: Path) -> None:
    workplace = make(tmp_path / "repo", {"a.txt": "1\n"})
    git(workplace.root, "tag", "v0.1.0")
    git(workplace.root, "switch", "--quiet", "--create", "topic")
    for number in range(6):
        write(workplace.root, {"a.txt": f"topic {number}\n"})
        commit(workplace.root, f"feat: add {number}")
    git(workplace.root, "switch", "--quiet", "main")
    write(workplace.root, {"a.txt": "main\n"})
    commit(workplace.root, "fix: it")
    git(workplace.root, "switch", "--quiet", "topic")
    made = await survey(Role.GITHUB, workplace, Ledger("t1"))
    assert "merging main into HEAD meets 1 conflicts [t1." in made.facts
    assert "Commit messages are conventional: type: summary" in made.facts
    assert "Against main: topic 6 ahead, 1 behind" in made.facts
    assert "6 commits since v0.1.0: Features 6; the next version would be v0.2.0" in made.facts
    [finding] = made.findings
    assert (finding.rule, finding.path) == ("cadre/conflict-to-come", "a.txt")
    assert finding.evidence[0] in {evidence.id for evidence in made.evidence}


async def test_a_new_repository_has_none_of_these(tmp_path: Path) -> None:
    workplace = make(tmp_path / "repo", {"a.txt": "1\n"}, committed=False)
    made = await survey(Role.GITHUB, workplace, Ledger("t1"))
    assert "Commit messages" not in made.facts
    assert "could not be looked at" not in made.facts
