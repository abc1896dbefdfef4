"""Runs processes; the only module that does.

No shell, no terminal, no input but what is given. Each command has its own process group, which is
killed as a whole when its time is up, when its task is cancelled, when its first process is done,
and (see `lifeline`) when Cadre dies. Nothing here raises for a command that fails: exit codes are
those of a shell, 124 for a time that ran out, 126 for what cannot be started, 127 for what is not
there. Output is kept up to a limit, its beginning and its end.
"""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import IO, Protocol

TIMED_OUT = 124
CANNOT_START = 126
NOT_FOUND = 127

DRAIN_SECONDS = 1.0

LIFELINE = Path(__file__).with_name("lifeline.py")


@dataclass(frozen=True)
class Ran:
    """A command that has ended."""

    argv: tuple[str, ...]
    exit_code: int
    stdout: str = ""
    stderr: str = ""
    seconds: float = 0.0
    timed_out: bool = False
    clipped: bool = False
    """Whether output was left out because there was more than `max_bytes`."""

    @property
    def output(self) -> str:
        """Both streams, the one after the other."""
        return "\n".join(text.rstrip("\n") for text in (self.stdout, self.stderr) if text.strip())


class CommandRunner(Protocol):
    """Runs one command; tests give a fake."""

    async def __call__(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        timeout: float,  # noqa: ASYNC109 - the child must be killed and read out, not just left
        stdin: bytes | None = None,
        max_bytes: int = 1_000_000,
    ) -> Ran: ...


class Processes:
    """The real command runner."""

    async def __call__(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        timeout: float,  # noqa: ASYNC109 - the child must be killed and read out, not just left
        stdin: bytes | None = None,
        max_bytes: int = 1_000_000,
    ) -> Ran:
        """Run `argv` in `cwd` for at most `timeout` seconds, keeping `max_bytes` of each stream."""
        if not argv:
            return Ran((), CANNOT_START, stderr="there is no command")
        began = time.monotonic()
        out, err = _Kept(max_bytes), _Kept(max_bytes)
        try:
            code = await _run(argv, cwd, timeout, stdin, (out, err))
        except (OSError, ValueError) as error:
            return Ran(tuple(argv), CANNOT_START, stderr=f"{argv[:1]}: {error}")
        seconds = time.monotonic() - began
        message = f"timed out after {timeout:g} s" if code is None else ""
        return Ran(
            argv=tuple(argv),
            exit_code=TIMED_OUT if code is None else code,
            stdout=out.text(),
            stderr="\n".join(filter(None, (err.text(), message))),
            seconds=seconds,
            timed_out=code is None,
            clipped=out.clipped or err.clipped,
        )


class _Kept(asyncio.Protocol):
    """Reads a pipe to its end, and keeps its first and its last bytes."""

    def __init__(self, limit: int) -> None:
        self.closed = asyncio.Event()
        self._half = max(1, limit // 2)
        self._head = bytearray()
        self._tail = bytearray()
        self._left_out = 0

    @property
    def clipped(self) -> bool:
        return self._left_out > 0

    def data_received(self, data: bytes) -> None:
        room = self._half - len(self._head)
        self._head += data[:room]
        self._tail += data[room:]
        excess = len(self._tail) - self._half
        if excess > 0:
            del self._tail[:excess]
            self._left_out += excess

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()

    def text(self) -> str:
        if not self.clipped:
            return (self._head + self._tail).decode(errors="replace")
        head, tail = (part.decode(errors="replace") for part in (self._head, self._tail))
        return f"{head}\n… {self._left_out:,} bytes left out …\n{tail}"


async def _run(
    argv: Sequence[str],
    cwd: Path,
    seconds: float,
    stdin: bytes | None,
    kept: tuple[_Kept, _Kept],
) -> int | None:
    """The exit code, or None where the time ran out.

    The pipes are ours and not asyncio's, whose `wait` would also wait for whoever inherited them.
    """
    with contextlib.ExitStack() as open_files:
        (lifeline, _), out, err = (_pipe(open_files) for _ in range(3))
        given = _input(stdin, open_files)
        process = await _start(argv, cwd, given, lifeline, out[1], err[1])
        for theirs in (lifeline, out[1], err[1]):
            theirs.close()
        for keeper, (ours, _) in zip(kept, (out, err), strict=True):
            await _connect(keeper, ours, open_files)
        try:
            async with asyncio.timeout(seconds):
                return await process.wait()
        except TimeoutError:
            return None
        finally:
            await _end(process, kept)


def _pipe(open_files: contextlib.ExitStack) -> tuple[FileIO, FileIO]:
    """A reading and a writing end, both closed in the end."""
    read, write = os.pipe()
    enter = open_files.enter_context
    return enter(FileIO(read, "rb")), enter(FileIO(write, "wb"))


def _input(stdin: bytes | None, open_files: contextlib.ExitStack) -> IO[bytes] | int:
    """What the command reads: a file, so that nobody waits for it to be read."""
    if stdin is None:
        return asyncio.subprocess.DEVNULL
    file = open_files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack does
    file.write(stdin)
    file.seek(0)
    return file


async def _start(
    argv: Sequence[str],
    cwd: Path,
    stdin: IO[bytes] | int,
    lifeline: FileIO,
    out: FileIO,
    err: FileIO,
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", str(LIFELINE), str(lifeline.fileno()), *argv),
        cwd=cwd,
        env=environment(),
        stdin=stdin,
        stdout=out,
        stderr=err,
        pass_fds=(lifeline.fileno(),),
        start_new_session=True,
    )


async def _connect(keeper: _Kept, pipe: FileIO, open_files: contextlib.ExitStack) -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: keeper, pipe)
    open_files.callback(transport.close)


async def _end(process: asyncio.subprocess.Process, kept: Sequence[_Kept]) -> None:
    """Kill what is left of the group, then read what it wrote."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
    # What left the group (setsid) may hold the pipes open for ever, so reading has an end too.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            for keeper in kept:
                await keeper.closed.wait()


EMPTY = "EMPTY_FOR_GIT"
"""A variable that is empty: so git is told an empty value for a setting of any name."""

QUIET = {
    EMPTY: "",
    "LC_ALL": "C.UTF-8",
    "NO_COLOR": "1",
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_EDITOR": "true",
    "GIT_ASKPASS": "true",
    "SSH_ASKPASS": "true",
    "PYTHONDONTWRITEBYTECODE": "1",
}
"""Variables for every command: no pager, prompt, colour or editor."""


def environment() -> dict[str, str]:
    """The user's own, made quiet, and without what a git hook left in it."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") and name not in {"FORCE_COLOR", "CLICOLOR_FORCE"}
    }
    return {**kept, **QUIET}
