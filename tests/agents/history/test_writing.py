"""Commits, branches and tags are written as told, and nothing of the repository's runs for it."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import ValidationError

from agents.history import COMMIT_STYLE, GIT_BRANCH, GIT_COMMIT, GIT_TAG, staged
from agents.tools.tool import Result
from agents.tools.toolbox import preview_of
from agents.tools.workplace import Workplace
from tests.agents.tools.repository import commit, git, make, write


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    made = make(tmp_path / "repo", {"a.txt": "one\n", "b.txt": "b\n", "data.bin": b"\0\1"})
    git(made.root, "config", "user.name", "Example")
    git(made.root, "config", "user.email", "example@example.invalid")
    return made


def stage(workplace: Workplace, files: Mapping[str, str | bytes]) -> None:
    write(workplace.root, files)
    git(workplace.root, "--literal-pathspecs", "add", "--force", "--", *files)


async def committed(workplace: Workplace, message: str) -> Result:
    return await GIT_COMMIT.call(workplace, GIT_COMMIT.arguments(message=message))


async def test_what_is_staged_is_committed_and_nothing_else(workplace: Workplace) -> None:
    stage(workplace, {"a.txt": "two\n"})
    write(workplace.root, {"b.txt": "left alone\n"})
    result = await committed(workplace, "Say two\n\n#12 is meant")
    assert result.exit_code == 0, result.text
    assert "hooks; not signed; not pushed" in result.text
    assert "M a.txt (+1 -1)" in result.text
    assert git(workplace.root, "log", "-1", "--format=%B").strip() == "Say two\n\n#12 is meant"
    assert git(workplace.root, "status", "--short").strip() == "M b.txt"
    assert result.changes == ()


async def test_the_first_commit_of_all_can_be_made(tmp_path: Path) -> None:
    empty = make(tmp_path / "empty", {}, committed=False)
    git(empty.root, "config", "user.name", "Example")
    git(empty.root, "config", "user.email", "example@example.invalid")
    stage(empty, {"a.txt": "one\n"})
    assert (await committed(empty, "Begin")).exit_code == 0


HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "reference-transaction")
HOSTILE = {
    "gpg.program": "{touch}",
    "commit.gpgSign": "true",
    "tag.gpgSign": "true",
    "tag.forceSignAnnotated": "true",
    "core.editor": "{touch}",
    "core.fsmonitor": "{touch}",
    "core.hooksPath": "hooks",
    "filter.evil.clean": "{touch}",
    "trailer.x.command": "{touch}",
    "commit.template": "/etc/passwd",
    "commit.verbose": "true",
    "gc.auto": "1",
    "diff.external": "{touch}",
    "alias.commit": "!{touch}",
    "alias.tag": "!{touch}",
}


async def test_nothing_that_a_repository_configures_runs(
    workplace: Workplace, tmp_path: Path
) -> None:
    mark, script = tmp_path / "pwned", tmp_path / "touch.sh"
    script.write_text(f"#!/bin/sh\ntouch {mark}\nexit 1\n")
    script.chmod(0o755)
    stage(workplace, {"a.txt": "two\n", ".gitattributes": "*.txt filter=evil diff=evil\n"})
    for folder in (".git/hooks", "hooks"):
        for hook in (*HOOKS, "post-checkout", "post-index-change"):
            path = workplace.root / folder / hook
            path.parent.mkdir(exist_ok=True)
            path.write_text(script.read_text())
            path.chmod(0o755)
    for name, value in HOSTILE.items():
        git(workplace.root, "config", name, value.format(touch=script))
    await _previewed(workplace, "Say two")
    assert (await committed(workplace, "Say two")).exit_code == 0
    result = await GIT_TAG.call(workplace, GIT_TAG.arguments(name="v1", message="One"))
    assert result.exit_code == 0, result.text
    result = await GIT_BRANCH.call(workplace, GIT_BRANCH.arguments(name="topic"))
    assert result.exit_code == 0, result.text
    assert not mark.exists()


async def _previewed(workplace: Workplace, message: str) -> str:
    shown = await preview_of(GIT_COMMIT, {"message": message}, workplace)
    assert shown
    return shown


async def test_the_preview_shows_message_and_staged_files(workplace: Workplace) -> None:
    stage(workplace, {"a.txt": "two\n", "new.txt": "n\n", "data.bin": b"\0\2", "x.env": "K=hid\n"})
    git(workplace.root, "rm", "--quiet", "--cached", "b.txt")
    write(workplace.root, {"a.txt": "not staged\n"})
    text = await _previewed(workplace, "Say two\n\nBecause.")
    assert text.startswith("Say two\n\nBecause.\n\nM a.txt (+1 -1) ")
    for line in ("-one\n+two", "+n", "-b", "M data.bin (+0 -0)", "may hold secrets: x.env"):
        assert line in text
    assert "hid" not in text
    assert "not staged" not in text
    assert git(workplace.root, "log", "--oneline").count("\n") == 1
    for files in ({"data.bin": b"\0\3"}, {"x.env": "K=other\n"}):
        stage(workplace, files)
        assert await _previewed(workplace, "Say two\n\nBecause.") != text
        text = await _previewed(workplace, "Say two\n\nBecause.")


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("", "empty"),
        ("a\nb", "second line"),
        ("a\0b", "control character"),
        ("x" * 30_000, "at most"),
        ("Say it", "nothing is staged"),
    ],
)
async def test_a_commit_that_cannot_be_is_said(
    workplace: Workplace, message: str, said: str
) -> None:
    result = await committed(workplace, message)
    assert result.exit_code == 1
    assert said in result.text


async def test_secrets_and_conflicts_are_not_committed(workplace: Workplace) -> None:
    stage(workplace, {"prod.env": "KEY=hidden\n"})
    result = await committed(workplace, "Add settings")
    assert "prod.env may hold secrets" in result.text
    assert "hidden" not in (await staged(workplace)).diff
    git(workplace.root, "rm", "--quiet", "--cached", "prod.env")
    git(workplace.root, "switch", "--quiet", "--create", "topic")
    stage(workplace, {"a.txt": "topic\n"})
    commit(workplace.root)
    git(workplace.root, "switch", "--quiet", "main")
    stage(workplace, {"a.txt": "main\n"})
    git(workplace.root, "commit", "--quiet", "--message", "main")
    with pytest.raises(Exception, match="merge"):
        git(workplace.root, "merge", "topic")
    assert "unresolved conflicts in a.txt" in (await committed(workplace, "Merge")).text


async def test_a_commit_without_a_name_says_what_to_set(
    workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("EMAIL", raising=False)
    git(workplace.root, "config", "--unset", "user.name")
    git(workplace.root, "config", "--unset", "user.email")
    stage(workplace, {"a.txt": "two\n"})
    result = await committed(workplace, "Say two")
    assert result.exit_code != 0
    assert "git config --global user.name" in result.text


async def test_a_branch_is_made_and_files_stay(workplace: Workplace) -> None:
    stage(workplace, {"a.txt": "staged\n"})
    write(workplace.root, {"b.txt": "changed\n"})
    before = git(workplace.root, "status", "--short")
    result = await GIT_BRANCH.call(workplace, GIT_BRANCH.arguments(name="fix/it"))
    assert result.text == "on the new branch fix/it, made from main"
    assert git(workplace.root, "branch", "--show-current").strip() == "fix/it"
    assert git(workplace.root, "status", "--short") == before
    result = await GIT_BRANCH.call(workplace, GIT_BRANCH.arguments(name="main"))
    assert "already exists" in result.text
    assert git(workplace.root, "branch", "--show-current").strip() == "fix/it"


@pytest.mark.parametrize(
    "name",
    ["", "-d", "--delete", "a..b", "a b", "@{-1}", "HEAD", "a.lock", "a/", "x\n", "a:b", "a//b"],
)
def test_odd_names_are_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="not a name"):
        GIT_BRANCH.arguments(name=name)
    with pytest.raises(ValidationError, match="not a name"):
        GIT_TAG.arguments(name=name, message="x")


async def test_a_tag_is_annotated_and_compared_with_the_last(workplace: Workplace) -> None:
    result = await GIT_TAG.call(workplace, GIT_TAG.arguments(name="v1.1.0", message="One"))
    assert result.exit_code == 0
    assert git(workplace.root, "cat-file", "-t", "v1.1.0").strip() == "tag"
    result = await GIT_TAG.call(workplace, GIT_TAG.arguments(name="v1.0.0", message="x"))
    assert "not above" in result.text
    result = await GIT_TAG.call(workplace, GIT_TAG.arguments(name="1.2.0", message="x"))
    assert "another form" in result.text
    result = await GIT_TAG.call(workplace, GIT_TAG.arguments(name="v1.1.0", message="x"))
    assert "already exists" in result.text
    assert result.exit_code


async def test_the_style_tool_proposes_a_message(workplace: Workplace) -> None:
    for number in range(6):
        commit(workplace.root, f"feat: add {number}")
    stage(workplace, {"docs/new.md": "x\n"})
    git(workplace.root, "mv", "b.txt", "c.txt")
    result = await COMMIT_STYLE.call(workplace, COMMIT_STYLE.arguments())
    assert "conventional 86%" in result.text
    assert "R b.txt -> c.txt (+0 -0)" in result.text
    assert "chore: update" in result.text


async def test_odd_file_names_are_staged_names(workplace: Workplace) -> None:
    stage(workplace, {"a\tb": "1\n", "c\nd": "2\n", ":0:x -> y": "3\n"})
    git(workplace.root, "mv", "a.txt", "e\tf.txt")
    found = {file.path: file for file in (await staged(workplace)).files}
    assert set(found) == {"a\tb", "c\nd", ":0:x -> y", "e\tf.txt"}
    assert (found["a\tb"].added, found["c\nd"].status) == (1, "A")
    assert (found["e\tf.txt"].old, found["e\tf.txt"].status) == ("a.txt", "R")
    assert (await committed(workplace, "Add odd names")).exit_code == 0
