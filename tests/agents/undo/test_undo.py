"""What a session wrote is put back, byte by byte, and nobody else's change is lost."""

import contextlib
import os
import re
import resource
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from agents.change import Change
from agents.edits import APPLY_PATCH, EDIT_FILE, WRITE_FILE
from agents.edits.refused import Refused
from agents.tools.tool import Result
from agents.tools.toolbox import AnyTool, use
from agents.tools.workplace import Workplace
from agents.undo import SnapshotError, Snapshots, drop, expire, refs
from tests.agents.tools.repository import commit, git, make, write

FILES: Mapping[str, str | bytes] = {"a.txt": "one\n", "b.txt": "b\n", "latin.txt": b"caf\xe9\r\n"}


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    return make(tmp_path / "repo", FILES)


@pytest.fixture
def session(workplace: Workplace) -> Snapshots:
    return Snapshots(workplace, "mend-1")


async def act(
    session: Snapshots, workplace: Workplace, tool: AnyTool, task: str = "t1", **arguments: str
) -> Result:
    """Use an editing tool as a session does."""
    with contextlib.suppress(Refused):
        await session.take(task, await previewed(workplace, tool, arguments))
    result = await use(tool, arguments, workplace)
    await session.record(result.changes, task)
    return result


async def previewed(
    workplace: Workplace, tool: AnyTool, arguments: Mapping[str, str]
) -> list[Change]:
    assert tool.preview is not None
    shown = await tool.preview(workplace, tool.arguments.model_validate(arguments))
    return [change for change in shown if isinstance(change, Change)]


async def put(session: Snapshots, workplace: Workplace, path: str, content: str) -> Result:
    return await act(session, workplace, WRITE_FILE, path=path, content=content)


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file and folder outside .git, with its mode."""
    paths = [p for p in sorted(folder.rglob("*")) if ".git" not in p.relative_to(folder).parts]
    return {
        p.relative_to(folder).as_posix(): (
            p.lstat().st_mode,
            p.read_bytes() if p.is_file() else b"",
        )
        for p in paths
    }


async def test_everything_a_session_did_is_undone(session: Snapshots, workplace: Workplace) -> None:
    root = workplace.root
    write(root, {".gitignore": "*.log\n", "x.log": "ignored\n", "run.sh": "echo\n"})
    (root / "run.sh").chmod(0o750)
    before, status = tree(root), git(root, "status", "--porcelain")
    await put(session, workplace, "a.txt", "two\n")
    await act(session, workplace, EDIT_FILE, path="latin.txt", old="caf", new="x")
    await act(session, workplace, EDIT_FILE, "t2", path="a.txt", old="two", new="three")
    await put(session, workplace, "x.log", "written\n")
    await put(session, workplace, "new/deep/file.txt", "new\n")
    patch = "--- a/run.sh\n+++ /dev/null\n@@ -1 +0,0 @@\n-echo\n"
    await act(session, workplace, APPLY_PATCH, patch=patch)
    changed = tree(root)
    planned = await session.plan_undo()
    assert tree(root) == changed
    undone = await session.undo()
    assert undone.done
    assert undone.restored == planned.restored
    assert [change.path for change in undone.restored] == [
        *("a.txt", "latin.txt", "new/deep/file.txt", "run.sh", "x.log")
    ]
    assert tree(root) == before
    assert git(root, "status", "--porcelain") == status


async def test_undoing_twice_does_nothing_more_and_a_later_write_can_be_undone(
    session: Snapshots, workplace: Workplace
) -> None:
    await put(session, workplace, "a.txt", "two\n")
    await session.undo()
    again = await session.undo()
    assert (again.done, again.restored) == (True, ())
    write(workplace.root, {"a.txt": "the user's\n"})
    assert (await session.undo()).restored == ()
    await put(session, workplace, "a.txt", "four\n")
    await session.undo()
    assert (workplace.root / "a.txt").read_text() == "the user's\n"


@pytest.mark.parametrize("later", ["changed", "removed", "made a folder", "made a link"])
async def test_a_later_change_of_the_users_refuses_the_whole_undo(
    session: Snapshots, workplace: Workplace, later: str
) -> None:
    await put(session, workplace, "a.txt", "two\n")
    await put(session, workplace, "b.txt", "B\n")
    path = workplace.root / "b.txt"
    path.unlink()
    match later:
        case "changed":
            path.write_text("B\nmine\n")
        case "made a folder":
            path.mkdir()
        case "made a link":
            path.symlink_to("a.txt")
    before = tree(workplace.root)
    undo = await session.undo()
    assert not undo.done
    (conflict,) = undo.conflicts
    assert conflict.path == "b.txt"
    assert conflict.reason
    if later == "changed":
        assert "+mine" in conflict.change.diff
        assert "-B" not in conflict.change.diff
    assert tree(workplace.root) == before
    path.rmdir() if later == "made a folder" else path.unlink(missing_ok=True)
    path.write_text("B\n")
    assert (await session.undo()).done
    assert path.read_text() == "b\n"


async def test_a_change_between_two_writes_of_the_session_is_not_lost(
    session: Snapshots, workplace: Workplace
) -> None:
    await put(session, workplace, "a.txt", "two\n")
    write(workplace.root, {"a.txt": "two\nmine\n"})
    await act(session, workplace, EDIT_FILE, path="a.txt", old="two", new="three")
    undo = await session.undo()
    assert not undo.done
    assert "+mine" in undo.conflicts[0].change.diff
    assert (workplace.root / "a.txt").read_text() == "three\nmine\n"


async def test_an_undo_by_hand_counts(session: Snapshots, workplace: Workplace) -> None:
    await put(session, workplace, "a.txt", "two\n")
    git(workplace.root, "checkout", "--", "a.txt")
    assert (await session.plan_undo()).restored == ()
    await put(session, workplace, "a.txt", "three\n")
    assert (await session.undo()).done
    assert (workplace.root / "a.txt").read_text() == "one\n"


@pytest.mark.parametrize("killed", ["before the write", "after the write"])
async def test_a_process_that_was_killed_between_is_undone_too(
    session: Snapshots, workplace: Workplace, killed: str
) -> None:
    arguments = {"path": "a.txt", "content": "two\n"}
    await session.take("t1", await previewed(workplace, WRITE_FILE, arguments))
    if killed == "after the write":
        await use(WRITE_FILE, arguments, workplace)
    resumed = Snapshots(workplace, "mend-1")
    await put(resumed, workplace, "b.txt", "B\n")
    undo = await resumed.undo()
    assert undo.done
    assert len(undo.restored) == (2 if killed == "after the write" else 1)
    assert tree(workplace.root)["a.txt"][1] == b"one\n"


async def test_a_write_that_failed_does_not_stand_in_the_way(
    session: Snapshots, workplace: Workplace
) -> None:
    arguments = {"path": "a.txt", "content": "two\n"}
    await session.take("t1", await previewed(workplace, WRITE_FILE, arguments))
    await session.record((), "t1")
    write(workplace.root, {"a.txt": "the user's\n"})
    await put(session, workplace, "b.txt", "B\n")
    assert (await session.undo()).done
    assert (workplace.root / "a.txt").read_text() == "the user's\n"


async def test_a_file_in_a_folder_that_the_session_made_keeps_the_folder(
    session: Snapshots, workplace: Workplace
) -> None:
    await put(session, workplace, "new/deep/file.txt", "new\n")
    write(workplace.root, {"new/mine.txt": "mine\n"})
    assert (await session.undo()).done
    assert sorted(p.name for p in (workplace.root / "new").iterdir()) == ["mine.txt"]


async def test_sessions_do_not_undo_each_other(workplace: Workplace) -> None:
    one, other = Snapshots(workplace, "One"), Snapshots(workplace, "one")
    await put(one, workplace, "a.txt", "two\n")
    await put(other, workplace, "b.txt", "B\n")
    assert (await one.undo()).done
    assert (workplace.root / "b.txt").read_text() == "B\n"
    await put(one, workplace, "a.txt", "three\n")
    await put(other, workplace, "a.txt", "four\n")
    assert not (await one.undo()).done


async def test_a_snapshot_holds_the_work_tree_and_leaves_index_and_files_alone(
    session: Snapshots, workplace: Workplace
) -> None:
    root = workplace.root
    write(root, {".gitattributes": "*.txt text eol=crlf filter=evil\n", "staged.txt": "s\n"})
    git(root, "config", "filter.evil.clean", f"touch {root.parent}/pwned; cat")
    git(root, "add", "staged.txt")
    (root.parent / "pwned").unlink()
    write(root, {"a.txt": b"changed\r\n", 'new\n"x.txt': "odd\n", "é.txt": "é\n", ".env": "K=1\n"})
    write(root, {".gitignore": "*.log\n", "x.log": "ignored\n"})
    (root / "b.txt").unlink()
    (root / "link").symlink_to("/etc/passwd")
    (root / "run.sh").write_text("echo\n")
    (root / "run.sh").chmod(0o755)
    before, index = tree(root), (root / ".git/index").read_bytes()
    await session.take("t1")
    snapshot = session.taken["t1"]
    assert (root / ".git/index").read_bytes() == index
    assert tree(root) == before
    assert not (root.parent / "pwned").exists()
    listed = git(root, "ls-tree", "-r", "-z", snapshot.ref).rstrip("\0").split("\0")
    modes = {line.partition("\t")[2]: line.split(" ")[0] for line in listed}
    assert modes == {
        **dict.fromkeys((".gitattributes", ".gitignore", "a.txt", "latin.txt"), "100644"),
        **dict.fromkeys(("staged.txt", 'new\n"x.txt', "é.txt"), "100644"),
        "link": "120000",
        "run.sh": "100755",
    }
    assert git(root, "show", f"{snapshot.ref}:a.txt") == "changed\r\n"
    assert git(root, "show", f"{snapshot.ref}:link") == "/etc/passwd"


async def test_no_hook_is_run(session: Snapshots, workplace: Workplace, tmp_path: Path) -> None:
    for name in ("reference-transaction", "post-index-change"):
        hook = workplace.root / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/pwned\n")
        hook.chmod(0o755)
    await put(session, workplace, "a.txt", "two\n")
    assert (await session.undo()).done
    assert not (tmp_path / "pwned").exists()


async def test_one_snapshot_is_taken_for_a_task(session: Snapshots, workplace: Workplace) -> None:
    await session.take("t1")
    first = session.taken["t1"]
    write(workplace.root, {"a.txt": "x\n"})
    await session.take("t1")
    await session.take("t2")
    assert session.taken["t1"] == first
    assert session.taken["t2"].tree != first.tree


async def test_a_large_file_is_left_out_and_named(session: Snapshots, workplace: Workplace) -> None:
    with (workplace.root / "large.bin").open("wb") as file:
        file.truncate(2_000_000_000)
    await session.take("t1")
    assert session.taken["t1"].left_out == ("large.bin",)


async def test_a_conflict_of_a_merge_is_stored_as_it_is(
    session: Snapshots, workplace: Workplace
) -> None:
    root = workplace.root
    for branch, text in (("one", "1\n"), ("two", "2\n")):
        git(root, "checkout", "--quiet", "-b", branch, "main")
        write(root, {"a.txt": text})
        commit(root)
    with pytest.raises(Exception, match="merge"):
        git(root, "merge", "one")
    content = (root / "a.txt").read_text()
    await session.take("t1")
    snapshot = session.taken["t1"]
    assert "<<<<" in content
    assert git(root, "show", f"{snapshot.ref}:a.txt") == content
    assert "UU a.txt" in git(root, "status", "--porcelain")


async def test_a_repository_without_a_commit_works(tmp_path: Path) -> None:
    workplace = make(tmp_path / "fresh", {"a.txt": "one\n"}, committed=False)
    session = Snapshots(workplace, "s")
    await put(session, workplace, "a.txt", "two\n")
    assert (await session.undo()).done
    assert (workplace.root / "a.txt").read_text() == "one\n"
    assert not (workplace.root / ".git/index").exists()


async def test_linked_work_trees_are_kept_apart(workplace: Workplace, tmp_path: Path) -> None:
    git(workplace.root, "worktree", "add", "--quiet", str(tmp_path / "linked"))
    linked = Workplace((tmp_path / "linked").resolve(), workplace.run)
    here, there = Snapshots(workplace, "s"), Snapshots(linked, "s")
    await put(here, workplace, "a.txt", "two\n")
    await put(there, linked, "a.txt", "two\n")
    assert (await there.undo()).done
    assert (linked.root / "a.txt").read_text() == "one\n"
    assert (workplace.root / "a.txt").read_text() == "two\n"


async def test_files_of_a_submodule_are_undone(workplace: Workplace, tmp_path: Path) -> None:
    inner = make(tmp_path / "inner", {"lib.txt": "lib\n"})
    allow = ("-c", "protocol.file.allow=always")
    git(workplace.root, *allow, "submodule", "--quiet", "add", str(inner.root), "sub")
    make(workplace.root / "loose", {"x.txt": "x\n"}, committed=False)
    session = Snapshots(workplace, "s")
    await put(session, workplace, "sub/lib.txt", "changed\n")
    assert (await session.undo()).done
    assert (workplace.root / "sub/lib.txt").read_text() == "lib\n"


async def test_a_locked_index_does_not_matter(session: Snapshots, workplace: Workplace) -> None:
    (workplace.root / ".git/index.lock").touch()
    await put(session, workplace, "a.txt", "two\n")
    assert (await session.undo()).done


async def test_a_full_disk_is_said_and_nothing_lost(
    session: Snapshots, workplace: Workplace
) -> None:
    await put(session, workplace, "a.txt", "two\n")
    write(workplace.root, {"noise.bin": os.urandom(100_000)})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(SnapshotError, match="could not keep what undo needs"):
            await session.take("t2")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (await session.undo()).done
    assert (workplace.root / "a.txt").read_text() == "one\n"


async def test_a_name_that_git_would_refuse_is_no_matter(workplace: Workplace) -> None:
    session = Snapshots(workplace, "A..b/\n.lock")
    await put(session, workplace, "a.txt", "two\n")
    assert (await session.undo()).done
    assert await expire(workplace, days=-1) == ("A..b/\n.lock",)
    assert git(workplace.root, "for-each-ref", "refs/cadre") == ""


@given(st.text(min_size=1) | st.sampled_from(["..", "x.lock", "@{", "-", "x" * 500, "%41", "A"]))
@example("a")
def test_every_name_is_a_safe_part_of_a_reference(name: str) -> None:
    made = refs.part(name)
    assert re.fullmatch(r"[a-z0-9_%-]+", made)
    assert len(made) <= 125
    if len(made) < 100 and not re.search("[\ud800-\udfff]", name):
        assert refs.name(made) == name


async def test_an_empty_name_is_refused(workplace: Workplace) -> None:
    with pytest.raises(ValueError, match="may not be empty"):
        Snapshots(workplace, "")


async def test_old_sessions_expire_and_others_stay(workplace: Workplace) -> None:
    root = workplace.root
    await put(Snapshots(workplace, "new"), workplace, "a.txt", "two\n")
    old = git(root, "rev-parse", "HEAD").strip()  # a commit of the past
    git(root, "update-ref", "refs/cadre/old/main/journal", old)
    git(root, "update-ref", "refs/cadre/new/main/task/t0", old)
    assert await expire(workplace, days=10_000) == ()
    assert await expire(workplace, days=30) == ("old",)
    refs = git(root, "for-each-ref", "--format=%(refname)", "refs/cadre").split()
    assert refs
    assert all(ref.startswith("refs/cadre/new/") for ref in refs)
    await drop(workplace, "new")
    assert git(root, "for-each-ref", "refs/cadre") == ""


async def test_what_a_command_wrote_is_undone(session: Snapshots, workplace: Workplace) -> None:
    root = workplace.root
    write(root, {".gitattributes": "*.txt text eol=crlf\n", "crlf.txt": b"a\r\nb\r\n"})
    write(root, {".gitignore": "build\n", "run.sh": "echo\n", "mine.txt": "untracked\n"})
    git(root, "add", "crlf.txt", "run.sh", ".gitattributes", ".gitignore")
    commit(root)
    write(root, {"mine.txt": "changed\n"})
    before = tree(root)
    await put(session, workplace, "a.txt", "two\n")
    await session.begin_command("t1")
    write(root, {"crlf.txt": "x\n", "out/deep/n.bin": b"\0\xff", "mine.txt": "x", "build/o": "o"})
    write(root, {"a.txt": "three\n"})
    await put(session, workplace, "latin.txt", "by another task\n")
    (root / "run.sh").chmod(0o755)
    (root / "b.txt").unlink()
    told = await session.end_command("t1")
    assert told == ("a.txt", "b.txt", "crlf.txt", "mine.txt", "out/deep/n.bin", "run.sh")
    assert (await session.undo()).done
    kept = {name: state for name, state in tree(root).items() if not name.startswith("build")}
    assert kept == before


NAMES = st.sampled_from(["a.txt", "b.txt", "new/c.txt", "new/d/e.txt", "x.log"])
WORDS = st.sampled_from(["one\n", "two\r\n", "", "é\n", "x"])
STEPS = st.lists(
    st.tuples(st.sampled_from(["session", "user", "user removes", "undo"]), NAMES, WORDS),
    min_size=1,
    max_size=7,
)


@given(STEPS)
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_any_sequence_keeps_the_users_bytes_and_restores_the_sessions(
    steps: list[tuple[str, str, str]],
) -> None:
    """The model: of each file what it was before the session, what it is, and who was last."""
    with tempfile.TemporaryDirectory() as folder:
        made = make(Path(folder) / "repo", {"a.txt": "one\n", ".gitignore": "*.log\n"})
        session = Snapshots(made, "s")
        base: dict[str, bytes | None] = {}
        mine: set[str] = set()  # files that the user changed after the session
        for who, name, words in [*steps, ("undo", "", "")]:
            path = made.root / name
            now = path.read_bytes() if path.is_file() else None
            match who:
                case "session":
                    if (await put(session, made, name, words)).exit_code == 0:
                        base.setdefault(name, now)
                case "user":
                    write(made.root, {name: words})
                case "user removes":
                    path.unlink(missing_ok=True)
                case _:
                    before = tree(made.root)
                    undo = await session.undo()
                    if undo.done:
                        assert not mine - {n for n in base if same(made.root / n, base[n])}
                        assert all(same(made.root / n, content) for n, content in base.items())
                        base, mine = {}, set()
                    else:
                        assert {c.path for c in undo.conflicts} <= mine
                        assert tree(made.root) == before
            after = path.read_bytes() if path.is_file() else None
            if who.startswith("user") and name in base and after != now:
                mine.add(name)


def same(path: Path, content: bytes | None) -> bool:
    return (path.read_bytes() if path.is_file() else None) == content
