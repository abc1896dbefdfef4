"""Unified diffs: as git writes them, as models write them, and what is refused of both."""

import contextlib
import difflib
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.edits import APPLY_PATCH, patch
from agents.edits.hunks import applied
from agents.edits.patching import ApplyPatch, touched
from agents.edits.refused import Refused
from agents.edits.text import read
from agents.tools.policy import Allow, Approve, Ask, Deny
from agents.tools.tool import Result
from agents.tools.toolbox import judge, use
from agents.tools.workplace import Workplace
from tests.agents.tools.repository import commit, git, make, write

LINES = "".join(f"line {n}\n" for n in range(1, 21))


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    files = {"a.txt": LINES, "b.txt": "b\n", "sub/c d.txt": "c\n", "end.txt": "x\ny"}
    return make(tmp_path / "repo", files)


async def apply(workplace: Workplace, text: str) -> Result:
    return await use(APPLY_PATCH, {"patch": text}, workplace)


def files(workplace: Workplace) -> dict[str, bytes]:
    paths = (p for p in workplace.root.rglob("*") if ".git" not in p.parts and p.is_file())
    return {workplace.name(path): path.read_bytes() for path in paths}


def test_reading_a_patch_names_every_path_for_the_policy() -> None:
    text = """diff --git a/old.txt b/new.txt
similarity index 100%
rename from old.txt
rename to new.txt
diff --git "a/caf\\303\\251.txt" "b/caf\\303\\251.txt"
--- "a/caf\\303\\251.txt"
+++ "b/caf\\303\\251.txt"
@@ -1 +1 @@
-a
+b
--- /dev/null
+++ b/made.txt
@@ -0,0 +1 @@
+x
"""
    assert touched(ApplyPatch(patch=text)) == ("old.txt", "new.txt", "café.txt", "made.txt")
    assert touched(ApplyPatch(patch="nothing")) == ()


async def test_what_git_writes_is_applied(workplace: Workplace, tmp_path: Path) -> None:
    """Over several files: changed, made, removed, renamed, executable, without a newline."""
    root = workplace.root
    write(root, {"a.txt": LINES.replace("line 3\n", "").replace("line 18", "LINE\nline 18")})
    write(root, {"new/run.sh": "echo\n", "end.txt": "x\ny\n", "empty.txt": ""})
    (root / "new/run.sh").chmod(0o755)
    (root / "b.txt").unlink()
    (root / "sub/c d.txt").rename(root / "sub/e f.txt")
    git(root, "add", "--all")
    text = git(root, "diff", "--cached", "--find-renames")
    wanted = files(workplace)
    git(root, "reset", "--hard", "--quiet")
    assert files(workplace) != wanted
    result = await apply(workplace, text)
    assert result.exit_code == 0, result.text
    assert files(workplace) == wanted
    assert (root / "new/run.sh").stat().st_mode & 0o111
    assert {change.path for change in result.changes} == {
        *("a.txt", "b.txt", "end.txt", "empty.txt", "new/run.sh", "sub/c d.txt", "sub/e f.txt"),
    }


@pytest.mark.parametrize(
    "heading", ["@@ -3,3 +3,3 @@", "@@ -3,9 +3,1 @@", "@@ -1 +1 @@", "@@", "@@ ... @@"]
)
@pytest.mark.parametrize("fence", ["{}", "```diff\n{}```\n", "{}\n\n", "{}-- \n2.39.5\n"])
async def test_what_models_write_is_applied(workplace: Workplace, heading: str, fence: str) -> None:
    text = f"--- a/a.txt\n+++ b/a.txt\n{heading}\n line 10\n-line 11\n+LINE\n line 12\n"
    result = await apply(workplace, fence.format(text))
    assert result.exit_code == 0, result.text
    assert (workplace.root / "a.txt").read_text() == LINES.replace("line 11", "LINE")


async def test_hunks_that_moved_are_found(workplace: Workplace) -> None:
    text = "--- a/a.txt\n+++ b/a.txt\n"
    text += "@@ -2,2 +2,1 @@\n line 6\n-line 7\n@@ -8,2 +7,2 @@\n line 12\n-line 13\n+LINE\n"
    result = await apply(workplace, text)
    wanted = LINES.replace("line 7\n", "").replace("line 13", "LINE")
    assert (workplace.root / "a.txt").read_text() == wanted, result.text


async def test_line_endings_of_the_file_are_kept_and_others_not_touched(
    workplace: Workplace,
) -> None:
    write(workplace.root, {"a.txt": b"a\r\nb\nc \r\r\nd\r\n"})
    await apply(workplace, "--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n a\n-b\n+B\n")
    assert (workplace.root / "a.txt").read_bytes() == b"a\r\nB\r\nc \r\r\nd\r\n"


HEAD = "--- a/a.txt\n+++ b/a.txt\n"
NEW = "--- /dev/null\n+++ b/"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no unified diff in it"),
        ("change line 3 to x", "no unified diff in it"),
        ("*** Begin Patch\n*** End Patch", "no unified diff in it"),
        (HEAD + "@@ -3 +3 @@\nline 3\n", "no unified diff: Hunk"),
        (HEAD + "@@ -3 +3 @@\n-line three\n+x\n", "hunk 1 does not fit"),
        (HEAD + "@@ -3,2 +3,2 @@\n line 3\n-line 5\n+x\n", "At 'line 5' the file has\n3\tline 3"),
        (HEAD + "@@ -3 +3 @@\n-line 3 \n+x\n", "does not fit"),
        (HEAD + "@@ -3,0 +4 @@\n+x\n", "no lines to find its place by"),
        (HEAD + "@@ -20 +20 @@\n-line 20\n\\ No newline at end of file\n+x\n", "but there is one"),
        (HEAD + "@@ -3 +3 @@\n-line 3\n+x\n\\ No newline at end of file\n", "file ends there"),
        ("--- a/no.txt\n+++ b/no.txt\n@@ -1 +1 @@\n-a\n+b\n", "there is no file no.txt"),
        (NEW + "a.txt\n@@ -0,0 +1 @@\n+x\n", "a.txt already exists"),
        ("--- a/a.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-line 1\n", "not all of its lines"),
        ("--- a/a.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-line 1\n+x\n", "without a rename"),
        ("diff --git a/a.txt b/z\ncopy from a.txt\ncopy to z\n", "copies a file"),
        ("diff --git a/a.txt b/a.txt\nold mode 100644\nnew mode 100755\n", "changes the mode"),
        ("diff --git a/z b/z\nnew file mode 120000\n" + NEW + "z\n@@ -0,0 +1 @@\n+/x\n", "120000"),
        ("diff --git a/z b/z\nBinary files a/z and b/z differ\n", "binary"),
        (NEW + "../z\n@@ -0,0 +1 @@\n+x\n", "leads out of the repository"),
        (NEW + ".env\n@@ -0,0 +1 @@\n+x\n", "may hold secrets"),
        (NEW + "/etc/z\n@@ -0,0 +1 @@\n+x\n", "is absolute"),
        (NEW + ".git/hooks/z\n@@ -0,0 +1 @@\n+x\n", "belongs to git"),
        ('--- /dev/null\n+++ "b/z\\nz"\n@@ -0,0 +1 @@\n+x\n', "control character"),
    ],
)
async def test_what_cannot_be_applied_is_refused_and_nothing_written(
    workplace: Workplace, text: str, told: str
) -> None:
    before = files(workplace)
    good = "--- a/b.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-b\n+B\n"
    for whole in (text, good + text) if text.startswith("---") else (text,):
        result = await apply(workplace, whole)
        assert result.exit_code == 1
        assert told in result.text
        assert files(workplace) == before
        with pytest.raises(Refused, match=re.escape(told)):
            await APPLY_PATCH.preview(workplace, ApplyPatch(patch=whole))  # type: ignore[misc]


async def test_a_hunk_that_fits_in_two_places_is_refused(workplace: Workplace) -> None:
    write(workplace.root, {"a.txt": "x\na\nx\na\nx\n"})
    result = await apply(workplace, HEAD + "@@ -9,2 +9,2 @@\n x\n-a\n+b\n")
    assert "fits at lines 1, 3; give more lines around it" in result.text
    result = await apply(workplace, HEAD + "@@ -3,2 +3,2 @@\n x\n-a\n+b\n")
    assert (workplace.root / "a.txt").read_text() == "x\na\nx\nb\nx\n"


async def test_several_parts_may_touch_one_file(workplace: Workplace) -> None:
    one = "--- a/b.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-b\n+c\n"
    two = "--- a/b.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-c\n+d\n"
    assert (await apply(workplace, one + two)).exit_code == 0
    assert (workplace.root / "b.txt").read_text() == "d\n"


async def test_the_policy_sees_every_path_of_a_patch(workplace: Workplace) -> None:
    fine = "--- a/b.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-b\n+c\n"
    evil = "diff --git a/b.txt b/.env\nrename from b.txt\nrename to .env\n"
    assert isinstance(judge(APPLY_PATCH, {"patch": fine}, workplace, Approve.ASK), Ask)
    assert judge(APPLY_PATCH, {"patch": fine}, workplace, Approve.EDIT) == Allow()
    assert isinstance(judge(APPLY_PATCH, {"patch": evil}, workplace, Approve.ALL), Deny)


async def test_a_patch_that_breaks_one_file_writes_none(workplace: Workplace) -> None:
    write(workplace.root, {"m.py": "x = 1\n"})
    commit(workplace.root)
    text = "--- a/b.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-b\n+c\n"
    text += "--- a/m.py\n+++ b/m.py\n@@ -1 +1 @@\n-x = 1\n+x = = 1\n"
    result = await apply(workplace, text)
    assert "m.py would no longer parse" in result.text
    assert files(workplace)["b.txt"] == b"b\n"


BODIES = st.lists(st.sampled_from(["a", "b", "", "-- x", "++ y", "é", " "]), max_size=12).flatmap(
    lambda lines: st.sampled_from(["\n".join(lines), "\n".join((*lines, ""))])
)


@given(old=BODIES, new=BODIES, newline=st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_diff_of_two_texts_leads_from_the_one_to_the_other(
    old: str, new: str, newline: str
) -> None:
    if old == new:
        return
    diff = difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), "a/f", "b/f", n=20
    )
    ends = (
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in diff
    )
    (file,) = patch.read("".join(ends))
    before = read(old.replace("\n", newline).encode())
    if newline in before.body:
        assert applied(before, file.hunks) == new.replace("\n", newline)
    else:
        assert applied(before, file.hunks).replace("\r", "") == new


@given(st.text(alphabet="abAB+-@ \n/\\\t0123,.\"'", max_size=200) | st.text(max_size=50))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_patch_or_is_refused(text: str) -> None:
    for whole in (text, f"--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n{text}"):
        with contextlib.suppress(Refused):
            for file in patch.read(whole):
                applied(read(b"a\nb\n"), file.hunks)
