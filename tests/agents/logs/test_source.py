"""Where logs come from: folders and zips of steps, and the tool that reads them."""

import os
import zipfile
from pathlib import Path

import pytest

from agents.logs import READ_LOG, Category, triage_file
from agents.tools.toolbox import use
from tests.agents.logs.cases import LOGS
from tests.agents.tools.repository import make

TIME = "2025-11-03T09:10:00.0000000Z "
STEPS = {
    "build/1_Set up job.txt": "Current runner version\n",
    "build/2_Install.txt": "added 3 packages, 0 errors\n",
    "build/10_Compile.txt": "##[group]Run make\n##[endgroup]\nsrc/a.c:3:5: error: no\n"
    "##[error]Process completed with exit code 2.\n",
    "build/11_Post.txt": "Post job cleanup.\n",
    "0_build.txt": "src/other.c:1:1: error: the same again, in one file\n",
}


def stamped(text: str) -> str:
    return "".join(f"{TIME}{line}\n" for line in text.splitlines())


def test_a_zip_of_steps_names_the_step_and_its_log(tmp_path: Path) -> None:
    path = tmp_path / "logs.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in STEPS.items():
            archive.writestr(name, stamped(text))
    made = triage_file(path, ["src/a.c"])
    assert made.step
    assert (made.step.job, made.step.name, made.step.log) == (
        "build",
        "Compile",
        "build/10_Compile.txt",
    )
    assert made.error
    assert (made.error.number, made.error.path, made.exit_code) == (3, "src/a.c", 2)


def test_a_folder_of_steps_is_read_alike_and_links_are_not(tmp_path: Path) -> None:
    for name, text in STEPS.items():
        path = tmp_path / "logs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(stamped(text))
    (tmp_path / "outside.txt").write_text("bash: line 1: secret: command not found\n")
    (tmp_path / "logs/build/0_Link.txt").symlink_to(tmp_path / "outside.txt")
    made = triage_file(tmp_path / "logs")
    assert made.step
    assert made.step.name == "Compile"
    assert "secret" not in made.model_dump_json()


@pytest.mark.parametrize("data", [b"PK\x03\x04 no zip at all", b"PK\x03\x04"])
def test_a_broken_zip_is_said(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(OSError, match="no readable zip"):
        triage_file(tmp_path / "x.zip")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        triage_file(tmp_path / "pipe")


async def test_the_tool_reads_a_log_of_the_repository(tmp_path: Path) -> None:
    log = (LOGS / "github_make_gcc.log").read_bytes()
    workplace = make(tmp_path / "repo", {"ci.log": log, "src/main.c": "int x;\n"})
    result = await use(READ_LOG, {"path": "ci.log"}, workplace)
    assert result.exit_code == 0
    assert "src/main.c:5" in result.text
    assert result.findings[0].rule == f"ci/{Category.COMPILE}"
    gone = await use(READ_LOG, {"path": "gone.log"}, workplace)
    assert gone.exit_code == 1
    assert "gone.log cannot be read" in gone.text
    out = await use(READ_LOG, {"path": "../x.log"}, workplace)
    assert out.text.startswith("refused")
