"""What a command can do once it is shut in, and what happens where it cannot be shut in."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from agents.tools.bubblewrap import Bubblewrap
from agents.tools.confined import run_confined
from agents.tools.process import Processes, Ran
from agents.tools.run import RUN
from agents.tools.sandboxes import find_sandbox
from agents.tools.toolbox import use
from agents.tools.toolchain import home
from agents.tools.workplace import Workplace
from agents.tools.worktree import git_folders
from tests.agents.tools.confining import SMALL, confined, found, needs_layers, shell, texts
from tests.agents.tools.repository import git, make, write
from tests.agents.tools.test_process import alive, gone, until


@pytest.fixture(scope="module", autouse=True)
def _sandbox() -> None:
    found()  # outside of any test's event loop


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    """A repository with a secret that git ignores, and one that it tracks."""
    files = {"a.txt": "one\n", ".gitignore": ".env\n", "tests/server.key": "for tests\n"}
    made = make(tmp_path / "repo", files)
    write(made.root, {".env": "TOKEN=open-sesame\n"})
    return confined(made)


async def run(workplace: Workplace, script: str, **how: bool) -> Ran:
    return await run_confined(workplace, shell(script), timeout=30, **how)


class Broken(Processes):
    """A machine on which one program cannot do its work."""

    def __init__(self, *failing: str) -> None:
        self.failing = failing

    async def __call__(self, argv: Sequence[str], **how: object) -> Ran:
        if any(word in argv for word in self.failing):
            return Ran(tuple(argv), 1, stderr="bwrap: setting up uid map: Permission denied")
        return await super().__call__(argv, **how)  # type: ignore[arg-type]


async def test_without_a_sandbox_nothing_runs(tmp_path: Path) -> None:
    made = replace(make(tmp_path / "repo", {"a": ""}), no_sandbox="install bubblewrap")
    result = await use(RUN, {"command": "touch b"}, made)
    assert result.exit_code == 126
    assert "there is no sandbox" in result.text
    assert "install bubblewrap" in result.text
    assert not (made.root / "b").exists()


async def test_the_user_may_say_that_it_runs_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_TOKEN", "open-sesame")
    made = replace(make(tmp_path / "repo", {"a": ""}), unconfined=True)
    result = await use(RUN, {"command": ["sh", "-c", "touch b; env"]}, made)
    assert (made.root / "b").exists()
    assert "PATH=" in result.text
    assert "open-sesame" not in result.text


async def test_what_a_command_writes_is_there_for_it_and_gone_afterwards(
    workplace: Workplace,
) -> None:
    needs_layers()
    before = texts(workplace.root)
    script = "echo two >> a.txt; mkdir new; echo x > new/x; rm .gitignore; cat a.txt new/x"
    ran = await run(workplace, script)
    assert (ran.exit_code, ran.stdout) == (0, "one\ntwo\nx\n")
    assert texts(workplace.root) == before


async def test_what_it_writes_stays_where_that_was_approved(workplace: Workplace) -> None:
    needs_layers()
    ran = await run(workplace, "echo two >> a.txt; echo x > new", write=True)
    assert ran.exit_code == 0
    assert (workplace.root / "a.txt").read_text() == "one\ntwo\n"
    assert (workplace.root / "new").read_text() == "x\n"


async def test_without_a_layer_the_repository_is_read_only(workplace: Workplace) -> None:
    needs_layers()
    assert isinstance(workplace.sandbox, Bubblewrap)
    flat = replace(workplace, sandbox=replace(workplace.sandbox, layered=False))
    ran = await run(flat, "cat a.txt; echo x > new")
    assert ran.stdout == "one\n"
    assert "Read-only file system" in ran.stderr
    ran = await run(flat, "echo x > new", write=True)
    assert (ran.exit_code, (flat.root / "new").read_text()) == (0, "x\n")


@pytest.mark.parametrize("write_too", [False, True])
async def test_gits_own_folder_cannot_be_written_for_good(
    workplace: Workplace, write_too: bool
) -> None:
    needs_layers()
    write(workplace.root, {"sub/.git/config": "[core]\n", "other/.git": "gitdir: x\n"})
    scripts = (
        "echo x > .git/hooks/pre-commit",
        "git config core.fsmonitor x",
        "mv .git g && mkdir .git",
        "echo x > sub/.git/config",
        "mv sub/.git s",
        "echo x > other/.git",
    )
    for script in scripts:
        await run(workplace, script, write=write_too)
    assert not (workplace.root / ".git/hooks/pre-commit").exists()
    assert "fsmonitor" not in (workplace.root / ".git/config").read_text()
    assert (workplace.root / "sub/.git/config").read_text() == "[core]\n"
    assert (workplace.root / "other/.git").read_text() == "gitdir: x\n"
    assert git(workplace.root, "rev-parse", "--is-inside-work-tree") == "true\n"


async def test_home_and_the_rest_of_the_disk_are_not_there(
    workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_layers()
    own = tmp_path / "home"
    write(own, {".ssh/id_rsa": "key", "notes.txt": "note", ".cargo/credentials.toml": "token"})
    monkeypatch.setenv("HOME", str(own))
    assert home() == own
    outside = tmp_path / "outside.txt"
    outside.write_text("outside")
    looked = f"find ~ -type f; cat {outside} /etc/shadow; ls {tmp_path}"
    ran = await run(workplace, looked)
    assert sorted(ran.stdout.split()) == ["home", "repo"]
    assert ran.stderr.count("No such file") == 2
    assert os.listdir(own / ".ssh") == ["id_rsa"]  # noqa: PTH208 - as a command sees it


async def test_home_can_be_written_and_is_gone_afterwards(
    workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_layers()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    ran = await run(workplace, "mkdir -p ~/.cache/x /tmp/y && echo done")
    assert ran.stdout == "done\n"
    assert not (tmp_path / "home").exists()


async def test_a_repository_that_holds_the_home_is_not_run_in(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_layers()
    monkeypatch.setenv("HOME", str(workplace.root / "me"))
    ran = await run(workplace, "echo here")
    assert ran.exit_code == 126
    assert "your home is inside" in ran.stderr


async def test_secrets_that_git_does_not_track_are_hidden(workplace: Workplace) -> None:
    needs_layers()
    write(workplace.root, {"deploy/prod.pem": "open-sesame", "x/site-packages/ca.pem": "all's"})
    looked = "cat .env deploy/prod.pem; cat tests/server.key x/site-packages/ca.pem; grep -r sesame"
    for write_too in (False, True):
        ran = await run(workplace, f"{looked}; echo y > .env", write=write_too)
        assert ran.stdout == "for tests\nall's"
        assert "Permission denied" in ran.stderr
    assert (workplace.root / ".env").read_text() == "TOKEN=open-sesame\n"


async def test_only_variables_of_a_list_are_seen(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_layers()
    for name in ("GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "MY_OWN", "LD_PRELOAD_NOT"):
        monkeypatch.setenv(name, "open-sesame")
    monkeypatch.setenv("HTTPS_PROXY", "http://me:open-sesame@proxy")
    monkeypatch.setenv("TZ", "UTC")
    ran = await run(workplace, "env; cat /proc/self/environ /proc/1/environ", network=True)
    assert "TZ=UTC" in ran.stdout
    assert "sesame" not in ran.stdout


@pytest.mark.allow_hosts(["127.0.0.1"])
async def test_the_network_is_there_only_where_it_was_approved(
    workplace: Workplace, socket_enabled: None
) -> None:
    needs_layers()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = (
            f"import socket; socket.create_connection(('127.0.0.1', {port}), 3); print('through')"
        )
        command = [sys.executable, "-c", code]
        assert "refused" in (await run_confined(workplace, command, timeout=20)).stderr
        ran = await run_confined(workplace, command, timeout=20, network=True)
        assert ran.stdout == "through\n"


async def test_a_service_of_its_own_can_be_reached(workplace: Workplace) -> None:
    needs_layers()
    code = (
        "import socket; server = socket.create_server(('127.0.0.1', 0));"
        "socket.create_connection(server.getsockname(), 3); print('through')"
    )
    ran = await run_confined(workplace, [sys.executable, "-c", code], timeout=20)
    assert ran.stdout == "through\n"


async def test_other_processes_are_not_there(workplace: Workplace) -> None:
    needs_layers()
    ran = await run(workplace, f"ls -d /proc/[0-9]* | wc -l; kill -0 {os.getpid()}")
    assert int(ran.stdout) < 8
    assert ran.exit_code != 0


async def test_the_machine_cannot_be_changed(workplace: Workplace) -> None:
    needs_layers()
    tries = (
        "mount -t tmpfs x /tmp",
        "unshare --user true",
        "echo x > /proc/sys/kernel/core_pattern",
        "test -w /proc/sysrq-trigger",
        "echo x > /usr/x",
        "echo x > /x",
        "echo x > /dev/x",
        "mknod /tmp/disk b 254 0",
        "chroot / true",
        "hostname x",
        "grep -qv 0000000000000000 /proc/self/status && false",
    )
    ran = await run(workplace, "; ".join(f"({one}) 2>/dev/null && echo '{one}'" for one in tries))
    assert ran.stdout == ""


async def test_what_left_its_group_dies_with_the_command(
    workplace: Workplace, tmp_path: Path
) -> None:
    needs_layers()
    beside = "setsid sh -c 'echo $$ > started; sleep 61.25' & sleep 0.3"
    await run(workplace, beside, write=True)
    assert (workplace.root / "started").exists()
    assert await no_sleeper("61.25")


async def no_sleeper(seconds: str, within: float = 5.0) -> bool:
    """Whether no process sleeps that long any more."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if not any(seconds in line for line in commands()):
            return True
        await asyncio.sleep(0.05)
    return False


def commands() -> list[str]:
    found: list[str] = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if alive(int(path.name)):
                found.append((path / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return [one for one in found if one.startswith(("sleep", "setsid"))]


async def test_a_command_that_hangs_is_killed_with_all_that_it_started(
    workplace: Workplace,
) -> None:
    needs_layers()
    script = "setsid sleep 62.25 & sleep 62.25 & echo half; wait"
    began = time.monotonic()
    ran = await run_confined(workplace, shell(script), timeout=1)
    assert time.monotonic() - began < 4
    assert (ran.exit_code, ran.stdout) == (124, "half\n")
    assert await no_sleeper("62.25")


async def test_a_cancelled_command_is_killed_with_all_that_it_started(
    workplace: Workplace,
) -> None:
    needs_layers()
    script = "setsid sleep 63.25 & echo up > up; sleep 63.25"
    task = asyncio.create_task(
        run_confined(workplace, shell(script), timeout=60, write=True),
    )
    await until(workplace.root / "up")
    assert not await no_sleeper("63.25", within=0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await no_sleeper("63.25")


async def test_a_sandbox_dies_with_cadre_even_by_sigkill(workplace: Workplace) -> None:
    needs_layers()
    assert workplace.sandbox is not None
    script = shell("setsid sleep 64.25 & echo up > up; sleep 64.25")
    argv = workplace.sandbox.argv(script, workplace.root, write=True, network=False)
    cadre = (
        "import asyncio, pathlib\n"
        "from agents.tools.process import Processes\n"
        f"asyncio.run(Processes()({argv!r}, cwd=pathlib.Path('/'), timeout=60))\n"
    )
    here = Path(__file__).parents[3]
    process = subprocess.Popen([sys.executable, "-c", cadre], cwd=here)  # noqa: ASYNC220 - to kill
    await until(workplace.root / "up", within=15)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=5)
    assert await gone(process.pid)
    assert await no_sleeper("64.25")


async def test_memory_is_bounded(workplace: Workplace) -> None:
    needs_layers()
    code = "import time; kept = [b'x' * (1 << 20) for _ in range(400)]; time.sleep(5)"
    small = confined(workplace, SMALL)
    ran = await run_confined(small, [sys.executable, "-c", code], timeout=20)
    assert ran.exit_code == 137
    assert "more than 200 MiB of memory" in ran.stderr


async def test_what_is_written_is_bounded(
    workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_layers()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    places = ("a.big", "/tmp/big", "~/big", "/dev/shm/big", "/var/tmp/big")
    script = "; ".join(f"for n in 1 2 3; do head -c 7M /dev/zero > {one}$n; done" for one in places)
    small = confined(workplace, SMALL)
    ran = await run(small, f"{script}; du -bcsx a.big* /tmp /var/tmp ~ /dev/shm | tail -1")
    assert "No space left" in ran.stderr
    assert int(ran.stdout.split()[0]) < 40 << 20


async def test_a_file_is_bounded_where_writing_was_approved(workplace: Workplace) -> None:
    needs_layers()
    ran = await run(confined(workplace, SMALL), "head -c 20M /dev/zero > big", write=True)
    assert ran.exit_code != 0
    assert (workplace.root / "big").stat().st_size <= SMALL.file


async def test_processes_are_bounded(workplace: Workplace) -> None:
    needs_layers()
    code = (
        "import os, time\n"
        "for _ in range(600):\n"
        "    if os.fork() == 0: time.sleep(20); os._exit(0)\n"
        "time.sleep(20)\n"
    )
    small = confined(workplace, replace(SMALL, memory=1 << 40))
    began = time.monotonic()
    ran = await run_confined(small, [sys.executable, "-c", code], timeout=20)
    assert ran.exit_code != 0
    assert time.monotonic() - began < 15
    assert "processes" in ran.stderr or "temporarily unavailable" in ran.stderr


async def test_exit_codes_come_through(workplace: Workplace) -> None:
    needs_layers()
    assert (await run(workplace, "exit 7")).exit_code == 7
    assert (await run(workplace, "kill -9 $$")).exit_code == 137
    ran = await run_confined(workplace, ["no-such-program"], timeout=20)
    assert ran.exit_code == 127


@pytest.mark.parametrize("name", ["with space", "co:lon", "com,ma", "back\\slash", 'quo"te', "ü"])
async def test_odd_names_of_the_repository_are_no_trouble(tmp_path: Path, name: str) -> None:
    needs_layers()
    made = confined(make(tmp_path / name, {"a": "here"}))
    ran = await run(made, "echo x > new && cat a && pwd")
    assert ran.stdout == f"here{made.root}\n"
    assert not (made.root / "new").exists()


async def test_tests_can_be_run_and_leave_nothing(tmp_path: Path) -> None:
    needs_layers()
    files = {"test_a.py": "def test_a(tmp_path):\n    (tmp_path / 'x').write_text('x')\n"}
    made = confined(make(tmp_path / "repo", files))
    before = texts(made.root)
    bare = ["env", "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1"]  # others only take time
    ran = await run_confined(made, [*bare, sys.executable, "-m", "pytest", "-q"], timeout=60)
    assert ran.exit_code == 0, ran.output
    assert "1 passed" in ran.stdout
    assert texts(made.root) == before


async def test_git_works_in_it_also_in_a_linked_work_tree(workplace: Workplace) -> None:
    needs_layers()
    linked = workplace.root.parent / "linked"
    git(workplace.root, "worktree", "add", "--quiet", str(linked))
    for root in (workplace.root, linked):
        ran = await run(replace(workplace, root=root), "git log --format=%s; git status --short")
        assert ran.stdout == "work\n", ran.stderr


def test_a_git_file_may_name_only_what_names_it(tmp_path: Path) -> None:
    write(tmp_path, {"mine/HEAD": "x", "repo/.git": "gitdir: ../mine\n"})
    assert git_folders(tmp_path / "repo") == ()
    write(tmp_path, {"mine/gitdir": f"{tmp_path}/elsewhere/.git\n", "mine/commondir": "..\n"})
    assert git_folders(tmp_path / "repo") == ()


async def test_a_machine_without_namespaces_is_told_about(tmp_path: Path) -> None:
    needs_layers()
    here = await find_sandbox(Broken("--unshare-user"))
    assert here.sandbox is None
    assert "Permission denied" in here.text
    assert here.hint


async def test_a_machine_without_layers_gets_a_read_only_repository() -> None:
    needs_layers()
    here = await find_sandbox(Broken("--dev-bind"))
    assert here.sandbox is not None
    assert not here.sandbox.layered
