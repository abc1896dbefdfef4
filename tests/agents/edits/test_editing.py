"""One file changed: what is found, what is kept, what is refused in words that help."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from agents.edits import EDIT_FILE, WRITE_FILE
from agents.edits.refused import Refused
from agents.tools.tool import Result
from agents.tools.toolbox import AnyTool, use
from agents.tools.workplace import Workplace
from tests.agents.tools.repository import make, write


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    return make(
        tmp_path / "repo",
        {"a.txt": "one\ntwo\nthree\n", "twice.txt": "x = 1\ny = 2\nx = 1\n", ".env": "KEY=1\n"},
        committed=False,
    )


async def call(workplace: Workplace, tool: AnyTool, **arguments: str) -> Result:
    """Use the tool; what the preview says must be what happened."""
    assert tool.preview is not None
    before = contents(workplace)
    refused = ""
    try:
        previewed = await tool.preview(workplace, tool.arguments.model_validate(arguments))
    except Refused as error:
        previewed, refused = (), str(error)
    assert contents(workplace) == before
    result = await use(tool, arguments, workplace)
    assert tuple(previewed) == result.changes
    if result.exit_code:
        assert contents(workplace) == before
        assert refused in result.text
    return result


def contents(workplace: Workplace) -> Mapping[str, bytes]:
    files = (path for path in workplace.root.rglob("*") if ".git" not in path.parts)
    return {str(path): path.read_bytes() for path in files if path.is_file()}


async def edit(workplace: Workplace, path: str, old: str, new: str) -> Result:
    return await call(workplace, EDIT_FILE, path=path, old=old, new=new)


async def test_a_text_is_replaced_and_the_diff_shown(workplace: Workplace) -> None:
    result = await edit(workplace, "a.txt", "two", "2")
    assert (workplace.root / "a.txt").read_text() == "one\n2\nthree\n"
    assert result.exit_code == 0
    assert result.text.startswith("changed a.txt: +1 -1 lines\n--- a/a.txt\n+++ b/a.txt\n")
    assert "-two\n+2\n" in result.text
    (change,) = result.changes
    assert (change.path, change.before, change.after) == (
        "a.txt",
        b"one\ntwo\nthree\n",
        b"one\n2\nthree\n",
    )


@pytest.mark.parametrize(
    ("before", "old", "new", "after"),
    [
        (b"a\r\nb\r\nc\r\n", "a\nb", "a\nB", b"a\r\nB\r\nc\r\n"),
        (b"a\r\nb\r\n", "b", "b\nc", b"a\r\nb\r\nc\r\n"),
        (b"a\r\nb\nc\nd\n", "b", "B\nB", b"a\r\nB\nB\nc\nd\n"),
        (b"a\r\nb\nc\nd\n", "a\nb", "x\ny", b"x\r\ny\nc\nd\n"),
        (b"a  \nb\t\nc\n", "a\nb\n", "x\n", b"x\nc\n"),
        (b"a \nb", "a\nb", "x\ny", b"x\ny"),
        (b"a\nb\n", "a  \nb", "x", b"x\n"),
        (b"\xef\xbb\xbfa\nb\n", "a", "x", b"\xef\xbb\xbfx\nb\n"),
        ("\ufeffa\nb\n".encode("utf-16-le"), "a", "é", "\ufeffé\nb\n".encode("utf-16-le")),
        (b"caf\xe9\nb\n", "b", "th\u00e9", b"caf\xe9\nth\xe9\n"),
        (b"a\x0cb\x85\nend", "end", "fin", b"a\x0cb\x85\nfin"),
        ("a\u2028b\nc\n".encode(), "c", "d", "a\u2028b\nd\n".encode()),
        (b"a\nb\n", "b\n", "", b"a\n"),
        (b"\n\nx", "x", "y", b"\n\ny"),
    ],
)
async def test_what_is_not_edited_stays_byte_for_byte(
    workplace: Workplace, before: bytes, old: str, new: str, after: bytes
) -> None:
    write(workplace.root, {"b.txt": before})
    result = await edit(workplace, "b.txt", old, new)
    assert result.exit_code == 0, result.text
    assert (workplace.root / "b.txt").read_bytes() == after


@pytest.mark.parametrize(
    ("path", "old", "told"),
    [
        ("twice.txt", "x = 1", "occurs 2 times, at lines 1, 3; give more lines around it"),
        ("a.txt", "", "old is empty"),
        ("a.txt", "two\n    three", "the nearest lines are\n2\ttwo\n3\tthree"),
        ("a.txt", "thee", "3\tthree"),
        ("a.txt", "1\tone\n2\ttwo", "leave out the line numbers"),
        ("a.txt", "quite another thing", "nor anything like it"),
        ("a.txt", "   ", "does not occur"),
        ("none.txt", "x", "there is no file none.txt; use write_file"),
        ("a.txt/b", "x", "a part of the path is a link or a file"),
        (".env", "KEY", "may hold secrets"),
        ("../a.txt", "x", "leads out of the repository"),
        (".git/config", "x", "belongs to git itself"),
        (".", "x", "is a folder"),
    ],
)
async def test_what_cannot_be_is_refused_with_what_to_do(
    workplace: Workplace, path: str, old: str, told: str
) -> None:
    result = await edit(workplace, path, old, "new")
    assert result.exit_code == 1
    assert told in result.text


async def test_overlapping_places_count_each(workplace: Workplace) -> None:
    write(workplace.root, {"b.txt": "aaa\n"})
    assert "occurs 2 times" in (await edit(workplace, "b.txt", "aa", "b")).text


async def test_a_character_that_the_file_cannot_hold_is_refused(workplace: Workplace) -> None:
    write(workplace.root, {"b.txt": b"caf\xe9\n"})
    assert "cannot hold the character '→'" in (await edit(workplace, "b.txt", "caf", "→")).text


async def test_an_edit_that_changes_nothing_is_refused(workplace: Workplace) -> None:
    assert "nothing to change" in (await edit(workplace, "a.txt", "two", "two")).text


async def test_the_mode_is_kept(workplace: Workplace) -> None:
    script = workplace.root / "run.sh"
    script.write_text("echo 1\n")
    script.chmod(0o751)
    await edit(workplace, "run.sh", "1", "2")
    await call(workplace, WRITE_FILE, path="run.sh", content="echo 3\n")
    assert script.read_text() == "echo 3\n"
    assert script.stat().st_mode & 0o7777 == 0o751


async def test_a_new_file_gets_its_folders_and_the_usual_mode(workplace: Workplace) -> None:
    before = os.umask(0o027)
    try:
        result = await call(workplace, WRITE_FILE, path="x/y/new.txt", content="hello\n")
    finally:
        os.umask(before)
    path = workplace.root / "x/y/new.txt"
    assert result.text.startswith("created x/y/new.txt: +1 -0 lines\n--- /dev/null\n")
    assert path.read_text() == "hello\n"
    assert path.stat().st_mode & 0o7777 == 0o640


async def test_a_whole_file_keeps_its_line_endings_and_mark(workplace: Workplace) -> None:
    write(workplace.root, {"b.txt": b"\xef\xbb\xbfa\r\nb\r\n"})
    await call(workplace, WRITE_FILE, path="b.txt", content="x\ny\n")
    assert (workplace.root / "b.txt").read_bytes() == b"\xef\xbb\xbfx\r\ny\r\n"


async def test_files_that_git_ignores_can_be_edited(workplace: Workplace) -> None:
    write(workplace.root, {".gitignore": "*.log\n", "a.log": "x\n"})
    assert (await edit(workplace, "a.log", "x", "y")).exit_code == 0


async def test_a_path_through_a_link_inside_names_the_real_file(workplace: Workplace) -> None:
    write(workplace.root, {"real/a.txt": "x\n"})
    (workplace.root / "link").symlink_to("real")
    result = await edit(workplace, "link/a.txt", "x", "y")
    assert result.changes[0].path == "real/a.txt"


@pytest.mark.parametrize("kind", ["link", "hard link", "pipe", "binary", "large"])
async def test_what_is_no_ordinary_text_file_is_refused(
    workplace: Workplace, kind: str, tmp_path: Path
) -> None:
    odd, outside = workplace.root / "odd.txt", tmp_path / "outside.txt"
    outside.write_text("x\n")
    match kind:
        case "link":
            odd.symlink_to("a.txt")
        case "hard link":
            odd.hardlink_to(outside)
        case "pipe":
            os.mkfifo(odd)
        case "binary":
            odd.write_bytes(b"x\0y")
        case _:
            odd.write_text("x\n" + "a" * 2_000_000)
    for tool, rest in ((EDIT_FILE, {"old": "x", "new": "y"}), (WRITE_FILE, {"content": "y"})):
        result = await use(tool, {"path": "odd.txt", **rest}, workplace)
        told = {"link": "edit that file", "hard link": "hard link", "pipe": "no ordinary file"}
        told |= {"binary": "binary", "large": "larger than 2,000,000 bytes"}
        assert result.exit_code == 1
        assert told[kind] in result.text
    assert outside.read_text() == "x\n"


async def test_content_that_is_too_large_or_binary_is_refused(workplace: Workplace) -> None:
    large = await call(workplace, WRITE_FILE, path="b.txt", content="a" * 2_000_001)
    assert "larger than" in large.text
    binary = await call(workplace, WRITE_FILE, path="b.txt", content="a\0b")
    assert "NUL" in binary.text
    odd = await call(workplace, WRITE_FILE, path="b.txt", content="a\ud800b")
    assert "cannot hold" in odd.text


GOOD = {
    "a.py": "def f():\n    return 1\n",
    "a.json": '{"a": 1}\n',
    "a.toml": "a = 1\n",
    "a.yaml": "a: !Ref 1\nb: [1, 1]\n---\nc: 2\n",
    "a.yml": "a: 1\n",
}


@pytest.mark.parametrize("name", GOOD)
async def test_a_file_that_would_no_longer_parse_is_not_written(
    workplace: Workplace, name: str
) -> None:
    write(workplace.root, {name: GOOD[name]})
    result = await edit(workplace, name, {"a.py": "1\n", "a.json": "1"}.get(name, "a"), "}{")
    assert result.exit_code == 1
    assert f"{name} would no longer parse: " in result.text


@pytest.mark.parametrize("name", GOOD)
async def test_a_file_that_does_not_parse_anyway_may_be_written(
    workplace: Workplace, name: str
) -> None:
    result = await call(workplace, WRITE_FILE, path=name, content="{ x ]\n")
    assert f"note: {name} does not parse: " in result.text
    assert (await edit(workplace, name, "x", "y")).exit_code == 0


async def test_python_that_is_newer_than_ours_is_not_refused(workplace: Workplace) -> None:
    write(workplace.root, {"new.py": "x = 1\n"})
    result = await edit(workplace, "new.py", "x = 1", "type X = list[int]\nx = t'{1}'")
    assert result.exit_code == 0, result.text
