"""Processes: bounded in time and output, and never left behind."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agents.tools.process import Processes

RUN = Processes()

WAITS = "import time, sys; print('started', flush=True); time.sleep(60)"


def alive(pid: int) -> bool:
    """Whether the process runs; one that waits to be reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


async def gone(pid: int, within: float = 3.0) -> bool:
    end = time.monotonic() + within
    while alive(pid) and time.monotonic() < end:  # noqa: ASYNC110 - nobody would tell us
        await asyncio.sleep(0.02)
    return not alive(pid)


async def until(path: Path, within: float = 5.0) -> str:
    end = time.monotonic() + within
    while time.monotonic() < end:
        if path.exists() and (text := path.read_text()).endswith("\n"):
            return text
        await asyncio.sleep(0.02)
    raise AssertionError(f"{path} was not written")


async def test_output_exit_code_and_time_are_kept(tmp_path: Path) -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    ran = await RUN([sys.executable, "-c", code], cwd=tmp_path, timeout=10)
    assert (ran.exit_code, ran.stdout, ran.stderr) == (3, "out\n", "err\n")
    assert ran.output == "out\nerr"
    assert 0 < ran.seconds < 10
    assert not ran.timed_out
    assert not ran.clipped


async def test_a_command_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    script = f"sleep 60 & echo $! > {tmp_path}/child; echo half; wait"
    began = time.monotonic()
    ran = await RUN(["sh", "-c", script], cwd=tmp_path, timeout=0.3)
    assert time.monotonic() - began < 2
    assert (ran.exit_code, ran.timed_out, ran.stdout) == (124, True, "half\n")
    assert "timed out after 0.3 s" in ran.stderr
    assert await gone(int((tmp_path / "child").read_text()))


async def test_a_child_that_outlives_its_command_is_not_waited_for(tmp_path: Path) -> None:
    script = f"sleep 60 & echo $! > {tmp_path}/child; exit 5"
    began = time.monotonic()
    ran = await RUN(["sh", "-c", script], cwd=tmp_path, timeout=20)
    assert ran.exit_code == 5
    assert time.monotonic() - began < 3
    assert await gone(int((tmp_path / "child").read_text()))


async def test_a_cancelled_command_is_killed(tmp_path: Path) -> None:
    script = f"echo $$ > {tmp_path}/pid; sleep 60"
    task = asyncio.create_task(RUN(["sh", "-c", script], cwd=tmp_path, timeout=60))
    pid = int(await until(tmp_path / "pid"))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await gone(pid)


async def test_commands_die_with_cadre_even_by_sigkill(tmp_path: Path) -> None:
    script = f"sleep 60 & echo $$ $! > {tmp_path}/pids; wait"
    cadre = (
        "import asyncio, sys, pathlib\n"
        "from agents.tools.process import Processes\n"
        f"asyncio.run(Processes()(['sh', '-c', {script!r}], cwd=pathlib.Path('/'), timeout=60))\n"
    )
    root = Path(__file__).parents[3]
    process = subprocess.Popen([sys.executable, "-c", cadre], cwd=root)  # noqa: ASYNC220 - to kill
    pids = [int(pid) for pid in (await until(tmp_path / "pids", within=15)).split()]
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=5)
    for pid in pids:
        assert await gone(pid)


async def test_output_is_bounded_and_keeps_both_ends(tmp_path: Path) -> None:
    code = "print('first'); print('x' * 5_000_000); print('last')"
    ran = await RUN([sys.executable, "-c", code], cwd=tmp_path, timeout=20, max_bytes=1000)
    assert ran.clipped
    assert len(ran.stdout) < 1100
    assert ran.stdout.startswith("first")
    assert ran.stdout.endswith("last\n")
    assert "bytes left out" in ran.stdout


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["no-such-command-here"], 127),
        ([os.devnull], 126),
        ([], 126),
        (["sh", "-c", "kill -9 $$"], 137),
        (["echo", "a\0b"], 126),
    ],
)
async def test_what_cannot_run_has_an_exit_code_too(
    tmp_path: Path, argv: list[str], code: int
) -> None:
    ran = await RUN(argv, cwd=tmp_path, timeout=10)
    assert ran.exit_code == code
    assert ran.stderr or code == 137


async def test_a_folder_that_is_gone_is_no_exception(tmp_path: Path) -> None:
    ran = await RUN(["true"], cwd=tmp_path / "gone", timeout=10)
    assert ran.exit_code == 126


async def test_there_is_no_shell_no_terminal_and_no_input(tmp_path: Path) -> None:
    code = "import sys; print(sys.argv[1:], sys.stdin.read() == '', sys.stdout.isatty())"
    ran = await RUN([sys.executable, "-c", code, "a; b", "$HOME", "*"], cwd=tmp_path, timeout=10)
    assert ran.stdout == "['a; b', '$HOME', '*'] True False\n"


async def test_input_is_given_where_there_is_some(tmp_path: Path) -> None:
    ran = await RUN(["cat"], cwd=tmp_path, timeout=10, stdin=b"hello" * 100_000)
    assert ran.stdout == "hello" * 100_000


async def test_settings_left_by_a_git_hook_do_not_reach_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", "/somewhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/somewhere/index")
    ran = await RUN(["env"], cwd=tmp_path, timeout=10)
    assert "/somewhere" not in ran.stdout
    assert "GIT_TERMINAL_PROMPT=0" in ran.stdout


async def test_bytes_that_are_no_text_are_replaced(tmp_path: Path) -> None:
    ran = await RUN(["printf", r"a\377b"], cwd=tmp_path, timeout=10)
    assert ran.stdout == "a�b"


async def test_many_commands_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    runs = [RUN(["echo", str(n)], cwd=tmp_path, timeout=20) for n in range(20)]
    assert [ran.stdout for ran in await asyncio.gather(*runs)] == [f"{n}\n" for n in range(20)]
