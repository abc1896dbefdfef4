"""`cadre worker`: lend this machine's devices to a Cadre on another one, until Ctrl-C.

llama.cpp's RPC server runs in a process of its own, which a client's mistake may end; then it is
started again. The protocol knows neither passwords nor encryption.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from console.exits import Exit
from console.interrupts import Interrupts
from console.terminal import Terminal, this_terminal, write
from console.words import size
from models.errors import ModelError, UsageError

LOOPBACK = "127.0.0.1"
PORT = 50052
"""llama.cpp's own."""
AGAIN_SECONDS = 1.0
END_SECONDS = 5.0


@dataclass(frozen=True)
class Offer:
    """What is lent, and where."""

    host: str = LOOPBACK
    port: int = PORT
    threads: int | None = None
    """For the CPU; None: as many as there are physical cores."""
    devices: tuple[str, ...] = ()
    """By name, as `cadre doctor` lists them; none: the accelerators, or else the CPU."""


def worker(
    host: str = LOOPBACK,
    port: int = PORT,
    threads: int | None = None,
    devices: Sequence[str] = (),
) -> Exit:
    """Serve until Ctrl-C or SIGTERM, which end it well."""
    if not 0 <= port <= 65535:
        raise UsageError(f"--port cannot be {port}", f"such as: --port {PORT}")
    if threads is not None and threads < 1:
        raise UsageError(f"--threads cannot be {threads}", "such as: --threads 4")
    offer = Offer(host, port, threads, tuple(devices))
    return Interrupts().drive(lambda: serve(offer, this_terminal()))


async def serve(offer: Offer, terminal: Terminal) -> Exit:
    """The server, and another one where it dies."""
    if not _loopback(offer.host):
        terminal.tell(
            f"Whoever can reach {offer.host} can use these devices, read what they compute, and"
            " stop it: the protocol knows no password. Keep it to a network that you trust.",
            "yellow",
        )
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            code, port = await _serve_once(offer, terminal)
            terminal.tell(f"llama.cpp's RPC server died ({_died(code)}); it is started again")
            offer = replace(offer, port=port)  # where its clients look for it
            await asyncio.sleep(AGAIN_SECONDS)
    return Exit.DONE


async def _serve_once(offer: Offer, terminal: Terminal) -> tuple[int, int]:
    """How a server that did start has ended, and its port; a ModelError where it did not."""
    async with _server(offer) as process:
        assert process.stdout
        line = await process.stdout.readline()
        if not line:
            code = await process.wait()
            raise ModelError(f"llama.cpp does not start: {_died(code)}", "see: cadre doctor")
        told = json.loads(line)
        if "error" in told:
            raise ModelError(told["error"], told["hint"])
        write(terminal.out, f"{_line(told)}\n")
        return await process.wait(), int(told["address"].rpartition(":")[2])


@asynccontextmanager
async def _server(offer: Offer) -> AsyncGenerator[Process, None]:
    """The process; it ends when its stdin is closed, also where ours is killed."""
    argv = [sys.executable, "-P", "-m", "models.llama.rpc_server", offer.host, str(offer.port)]
    argv += ["--threads", str(offer.threads)] if offer.threads else []
    argv += [part for name in offer.devices for part in ("--device", name)]
    process = await asyncio.create_subprocess_exec(
        *argv, stdin=PIPE, stdout=PIPE, start_new_session=True
    )
    try:
        yield process
    finally:
        assert process.stdin
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), END_SECONDS)
        except TimeoutError:
            process.kill()


def _line(told: dict[str, Any]) -> str:  # Any: JSON
    """`serving at 127.0.0.1:50052: CUDA0 NVIDIA ..., 23.5 GB of 24.0 GB free`."""
    devices = "; ".join(
        f"{one['name']} {one['description']}, {size(one['free'])} of {size(one['total'])} free"
        for one in told["devices"]
    )
    return f"serving at {told['address']}: {devices}"


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(socket.gethostbyname(host)).is_loopback
    except (OSError, ValueError):
        return False


def _died(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit {code}"
