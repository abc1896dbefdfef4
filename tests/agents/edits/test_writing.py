"""Several files written, all or none, whatever happens in between."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agents.edits import APPLY_PATCH
from agents.edits.editing import EditFile, WriteFile, edited, written
from agents.edits.original import look
from agents.edits.refused import Refused
from agents.edits.writing import Write, write_all
from agents.tools.toolbox import use
from agents.tools.workplace import Workplace
from tests.agents.tools.repository import make, write


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    return make(tmp_path / "repo", {"a/x.txt": "x\n", "b/y.txt": "y\n"}, committed=False)


def everything(workplace: Workplace) -> dict[str, bytes | None]:
    paths = (p for p in workplace.root.rglob("*") if ".git" not in p.parts)
    return {workplace.name(p): p.read_bytes() if p.is_file() else None for p in paths}


async def test_a_full_disk_leaves_all_files_as_they_were(workplace: Workplace) -> None:
    before = everything(workplace)
    lines = "".join(f"+{'z' * 99}\n" for _ in range(100))
    patch = "--- a/a/x.txt\n+++ b/a/x.txt\n@@ -1 +1 @@\n-x\n+z\n"
    patch += f"--- /dev/null\n+++ b/new/deep/z.txt\n@@ -0,0 +1,100 @@\n{lines}"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, limits[1]))
    try:
        result = await use(APPLY_PATCH, {"patch": patch}, workplace)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert result.exit_code == 1
    assert result.text.startswith("nothing written: ")
    assert everything(workplace) == before
    assert (await use(APPLY_PATCH, {"patch": patch}, workplace)).exit_code == 0


def test_a_step_that_fails_takes_back_those_before_it(workplace: Workplace) -> None:
    before = everything(workplace)
    x, y, new = (look(workplace, name) for name in ("a/x.txt", "b/y.txt", "c/new.txt"))
    first = (Write(x, b"X\n"), Write(new, b"new\n"), Write(y, None))
    # The same file once more: what was read of it is no longer there by then.
    with pytest.raises(Refused, match="was changed meanwhile"):
        write_all(workplace, (*first, Write(x, b"again\n")))
    assert everything(workplace) == before
    write_all(workplace, first)
    assert everything(workplace) == {
        **{"a": None, "b": None, "c": None, "a/x.txt": b"X\n", "c/new.txt": b"new\n"}
    }


def swap_folder(root: Path, outside: Path) -> None:
    (root / "a").rename(root.parent / "a")
    (root / "a").symlink_to(outside)


def swap_folder_inside(root: Path, outside: Path) -> None:
    (root / "a").rename(root / "moved")
    (root / "a").symlink_to("b")


def swap_file(root: Path, outside: Path) -> None:
    (root / "a/x.txt").unlink()
    (root / "a/x.txt").symlink_to(outside / "x.txt")


def change(root: Path, outside: Path) -> None:
    (root / "a/x.txt").write_text("mine\n")


def remove(root: Path, outside: Path) -> None:
    (root / "a/x.txt").unlink()


def replace_by_same(root: Path, outside: Path) -> None:
    (root / "a/x.txt").unlink()
    (root / "a/x.txt").hardlink_to(outside / "x.txt")


@pytest.mark.parametrize(
    "meanwhile",
    [swap_folder, swap_folder_inside, swap_file, change, remove, replace_by_same],
)
@pytest.mark.parametrize("new", [False, True], ids=["old file", "new file"])
def test_what_changes_between_reading_and_writing_is_noticed(
    workplace: Workplace, tmp_path: Path, meanwhile: Callable[[Path, Path], None], new: bool
) -> None:
    if new and meanwhile not in {swap_folder, swap_folder_inside}:
        return
    write(tmp_path, {"outside/x.txt": "x\n"})
    if new:
        writes = written(workplace, WriteFile(path="a/new.txt", content="n\n"))
    else:
        writes = edited(workplace, EditFile(path="a/x.txt", old="x", new="z"))
    meanwhile(workplace.root, tmp_path / "outside")
    before = everything(workplace)
    with pytest.raises(Refused):
        write_all(workplace, writes)
    assert everything(workplace) == before
    assert (tmp_path / "outside/x.txt").read_text() == "x\n"
    assert sorted(p.name for p in (tmp_path / "outside").iterdir()) == ["x.txt"]


def test_a_file_made_meanwhile_is_not_written_over(workplace: Workplace) -> None:
    writes = written(workplace, WriteFile(path="new.txt", content="n\n"))
    write(workplace.root, {"new.txt": "mine\n"})
    with pytest.raises(Refused, match="was changed meanwhile"):
        write_all(workplace, writes)
    assert (workplace.root / "new.txt").read_text() == "mine\n"


FOR_EVER = """
import sys
from pathlib import Path
from agents.edits.editing import WriteFile, written
from agents.edits.writing import write_all
from agents.tools.process import Processes
from agents.tools.workplace import Workplace
workplace = Workplace(Path(sys.argv[1]), Processes())
while True:
    for letter in "ab":
        write_all(workplace, written(workplace, WriteFile(path="a/x.txt", content=letter * 300000)))
        print(flush=True)
"""


def test_a_process_that_is_killed_leaves_the_file_whole(workplace: Workplace) -> None:
    path = workplace.root / "a/x.txt"
    argv = [sys.executable, "-c", FOR_EVER, str(workplace.root)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, cwd=Path.cwd()) as process:
        assert process.stdout is not None
        process.stdout.readline()
        for _ in range(20):
            process.send_signal(signal.SIGSTOP)
            content = path.read_bytes()
            assert content in {b"a" * 300000, b"b" * 300000}
            process.send_signal(signal.SIGCONT)
            time.sleep(0.003)
        process.kill()
        process.stdout.close()
    assert path.read_bytes() in {b"a" * 300000, b"b" * 300000}
    assert path.stat().st_nlink == 1


def test_the_owner_is_kept(workplace: Workplace) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may give a file away")
    path = workplace.root / "a/x.txt"
    os.chown(path, 1234, 1234)
    write_all(workplace, edited(workplace, EditFile(path="a/x.txt", old="x", new="z")))
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 1234)
