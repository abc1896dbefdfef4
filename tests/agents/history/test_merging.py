"""Conflicts are foreseen without a merge, and nothing that is configured runs for it."""

from pathlib import Path

import pytest

from agents.history import CONFLICTS, branches, default_branch, foresee
from agents.history.asked import HistoryError
from agents.tools.workplace import Workplace
from tests.agents.tools.repository import commit, git, make, write


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    made = make(tmp_path / "repo", {"a.txt": "1\n2\n3\n", "b.txt": "b\n", "c.txt": "c\n"})
    git(made.root, "switch", "--quiet", "--create", "topic")
    write(made.root, {"a.txt": "1\ntopic\n3\n"})
    (made.root / "b.txt").unlink()
    commit(made.root, "Topic")
    git(made.root, "switch", "--quiet", "main")
    git(made.root, "branch", "same")
    write(made.root, {"a.txt": "1\nmain\n3\n", "b.txt": "bb\n"})
    commit(made.root, "Main")
    return made


def state(workplace: Workplace) -> tuple[str, bytes, str]:
    index = (workplace.root / ".git/index").read_bytes()
    refs = git(workplace.root, "for-each-ref")
    return git(workplace.root, "status", "--short"), index, refs


async def test_conflicts_are_named_with_their_kind(workplace: Workplace) -> None:
    before = state(workplace)
    merge = await foresee(workplace, "topic")
    assert {(c.path, c.kind) for c in merge.conflicts} == {
        ("a.txt", "contents"),
        ("b.txt", "modify/delete"),
    }
    assert state(workplace) == before
    assert sorted(path.name for path in workplace.root.iterdir()) == [
        *(".git", "a.txt", "b.txt", "c.txt")
    ]


async def test_the_tool_gives_findings(workplace: Workplace) -> None:
    result = await CONFLICTS.call(workplace, CONFLICTS.arguments(branch="topic"))
    assert "meets 2 conflicts" in result.text
    assert {finding.path for finding in result.findings} == {"a.txt", "b.txt"}
    result = await CONFLICTS.call(workplace, CONFLICTS.arguments())
    assert result.text == "nothing to merge: HEAD has all of main"


async def test_a_merge_without_conflicts_is_said(workplace: Workplace) -> None:
    merge = await foresee(workplace, "same")
    assert merge.merged
    git(workplace.root, "switch", "--quiet", "same")
    write(workplace.root, {"c.txt": "cc\n"})
    commit(workplace.root)
    merge = await foresee(workplace, "main")
    assert not merge.conflicts
    assert not merge.merged


async def test_unrelated_histories_and_unknown_branches_are_said(workplace: Workplace) -> None:
    git(workplace.root, "switch", "--quiet", "--orphan", "alone")
    commit(workplace.root, "Alone")
    with pytest.raises(HistoryError, match="no commit in common"):
        await foresee(workplace, "main")
    with pytest.raises(HistoryError, match="no branch, tag or commit 'gone'"):
        await foresee(workplace, "gone")


@pytest.mark.parametrize("name", ["evil", "e v i l", "evil=driver", "evil.driver"])
async def test_a_configured_merge_driver_never_runs(
    workplace: Workplace, tmp_path: Path, name: str
) -> None:
    mark = tmp_path / "pwned"
    git(workplace.root, "config", f"merge.{name}.driver", f"touch {mark}; false")
    (workplace.root / ".git/info/attributes").write_text(f'"a.txt" merge={name}\n')
    git(workplace.root, "config", "merge.default", name)
    git(workplace.root, "config", "merge.renormalize", "true")
    git(workplace.root, "config", "filter.f.clean", f"touch {mark}")
    result = await CONFLICTS.call(workplace, CONFLICTS.arguments(branch="topic"))
    assert "strange name" in result.text if "=" in name else "2 conflicts" in result.text
    assert not mark.exists()


async def test_branches_are_compared_with_the_default_one(workplace: Workplace) -> None:
    assert await default_branch(workplace) == "main"
    found = {branch.name: branch for branch in await branches(workplace, now=1767323045 + 86400)}
    assert (found["topic"].ahead, found["topic"].behind, found["topic"].age_days) == (1, 1, 1)
    assert not found["topic"].stale
    assert found["same"].merged
    late = await branches(workplace, now=1767323045 + 100 * 86400)
    assert all(branch.stale for branch in late)


async def test_the_remotes_head_is_the_default_branch(workplace: Workplace) -> None:
    git(workplace.root, "update-ref", "refs/remotes/origin/next", "HEAD")
    git(workplace.root, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/next")
    assert await default_branch(workplace) == "origin/next"
