"""The git tools, and that no repository can make git run, write or reach anything."""

from pathlib import Path

import pytest

from agents.tools.tool import Result
from agents.tools.toolbox import use
from agents.tools.workplace import Workplace
from tests.agents.tools.repository import commit, git, make, write
from tests.agents.tools.test_toolbox import tool

READERS: tuple[tuple[str, dict[str, str]], ...] = (
    ("git_status", {}),
    ("git_log", {}),
    ("git_diff", {}),
    ("git_blame", {"path": "a.txt"}),
    ("list_files", {}),
    ("search", {"pattern": "one"}),
)


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    made = make(tmp_path / "repo", {"a.txt": "one\n", "b.txt": "b\n", "prod.env": "KEY=hidden1\n"})
    git(made.root, "tag", "v1")
    write(made.root, {"a.txt": "one\ntwo\n"})
    commit(made.root, "Say two")
    write(made.root, {"a.txt": "one\ntwo\nthree\n", "prod.env": "KEY=hidden2\n"})
    return made


async def call(workplace: Workplace, name: str, **arguments: object) -> Result:
    return await use(tool(name), arguments, workplace)


async def test_status_shows_branch_and_changes(workplace: Workplace) -> None:
    result = await call(workplace, "git_status")
    assert result.text == "## main\n M a.txt\n M prod.env"


async def test_log_lists_commits(workplace: Workplace) -> None:
    result = await call(workplace, "git_log", path="a.txt")
    first, second = result.text.split("\n")
    assert first.endswith("2026-01-02 Example: Say two")
    assert second.endswith("2026-01-02 Example: work")
    assert (await call(workplace, "git_log", revision="v1..HEAD")).text.count("\n") == 0


async def test_diff_shows_changes_and_never_those_of_secret_files(workplace: Workplace) -> None:
    result = await call(workplace, "git_diff")
    assert "+three" in result.text
    assert "left out, may hold secrets: prod.env" in result.text
    assert "hidden" not in result.text
    result = await call(workplace, "git_diff", revision="v1..HEAD")
    assert "+two" in result.text


async def test_blame_names_who_changed_a_line(workplace: Workplace) -> None:
    result = await call(workplace, "git_blame", path="a.txt", start=2, lines=1)
    assert "Example" in result.text
    assert result.text.endswith("two")


@pytest.mark.parametrize(
    "revision",
    [
        *("--output=pwned", "-O", "HEAD:prod.env", ":/code", "a b", "x;y", "$(x)", "a\nb", "--"),
        *("^{/x}:a", "@{u}:x", "HEAD\0"),
    ],
)
@pytest.mark.parametrize("name", ["git_log", "git_diff"])
async def test_a_revision_is_never_an_option_nor_a_file(
    workplace: Workplace, name: str, revision: str
) -> None:
    result = await call(workplace, name, revision=revision)
    assert result.exit_code == 1
    assert "not a revision" in result.text
    assert not (workplace.root / "pwned").exists()


async def test_an_unknown_revision_is_answered_in_gits_words(workplace: Workplace) -> None:
    result = await call(workplace, "git_log", revision="nope")
    assert result.exit_code == 128
    assert "nope" in result.text


SETTINGS = {
    "core.fsmonitor": "{touch}",
    "core.pager": "{touch}",
    "pager.log": "{touch}",
    "diff.external": "{touch}",
    "diff.evil.textconv": "{touch}",
    "diff.evil.command": "{touch}",
    "filter.evil.clean": "{touch}",
    "filter.evil.smudge": "{touch}",
    "filter.evil.process": "{touch}",
    "filter.evil.required": "true",
    "gpg.program": "{touch}",
    "log.showSignature": "true",
    "core.hooksPath": "hooks",
    "alias.status": "!{touch}",
    "core.sshCommand": "{touch}",
    "credential.helper": "!{touch}",
}


async def test_nothing_that_a_repository_configures_is_run(
    workplace: Workplace, tmp_path: Path
) -> None:
    mark = tmp_path / "pwned"
    script = tmp_path / "touch.sh"
    script.write_text(f"#!/bin/sh\ntouch {mark}\nexit 1\n")
    script.chmod(0o755)
    for name, value in SETTINGS.items():
        git(workplace.root, "config", name, value.format(touch=script))
    write(workplace.root, {".gitattributes": "*.txt filter=evil diff=evil\n"})
    for name, arguments in READERS:
        result = await call(workplace, name, **arguments)
        assert result.exit_code == 0, (name, result.text)
    assert not mark.exists()


async def test_a_work_tree_named_elsewhere_is_not_read(
    workplace: Workplace, tmp_path: Path
) -> None:
    write(tmp_path, {"outside/one.txt": "one outside\n"})
    git(workplace.root, "config", "core.worktree", str(tmp_path))
    assert "outside" not in (await call(workplace, "search", pattern="one")).text
    listed = (await call(workplace, "list_files")).text
    assert "a.txt" in listed
    assert "outside" not in listed


async def test_what_a_partial_clone_lacks_is_not_fetched(tmp_path: Path) -> None:
    origin = make(tmp_path / "origin", {"a.txt": "one\n"})
    git(origin.root, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "--quiet", "--no-local", "--filter=blob:none", "--no-checkout",
        f"file://{origin.root}", "clone")  # fmt: skip
    clone = Workplace((tmp_path / "clone").resolve(), origin.run)
    for key in ("protocol.file.allow", "protocol.ext.allow", "protocol.allow"):
        git(clone.root, "config", key, "always")
    git(clone.root, "config", "remote.origin.url", f"ext::sh -c touch% {tmp_path}/pwned")
    await call(clone, "git_diff")
    await call(clone, "git_blame", path="a.txt")
    assert not (tmp_path / "pwned").exists()


async def test_reading_leaves_the_repository_as_it_was(workplace: Workplace) -> None:
    before = {p: p.stat().st_mtime_ns for p in workplace.root.rglob("*") if p.is_file()}
    for name, arguments in READERS:
        await call(workplace, name, **arguments)
    after = {p: p.stat().st_mtime_ns for p in workplace.root.rglob("*") if p.is_file()}
    assert after == before


async def test_a_filter_of_a_strange_name_runs_nothing(workplace: Workplace) -> None:
    """git's `-c` would cut the name at its first `=`, and so silence another filter."""
    ran = workplace.root.parent / "ran"
    with (workplace.root / ".git" / "config").open("a") as config:
        config.write(f'[filter "a=b"]\n\tclean = touch {ran}\n\trequired = true\n')
        config.write(f'[filter "c.d"]\n\tprocess = touch {ran}\n')
    write(workplace.root, {".gitattributes": "*.txt filter=a=b\n*.md filter=c.d\n", "c.md": "c\n"})
    write(workplace.root, {"a.txt": "changed\n"})
    for name, arguments in READERS:
        await call(workplace, name, **arguments)
    assert not ran.exists()
    assert "+changed" in (await call(workplace, "git_diff")).text
