"""`cadre worker` as a process: what it prints, how it ends, and what it refuses."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import llama_cpp
import psutil
import pytest

from console.worker_command import worker
from models.errors import UsageError

pytestmark = pytest.mark.skipif(
    not llama_cpp.llama_supports_rpc(), reason="needs CMAKE_ARGS=-DGGML_RPC=on"
)

PROGRAM = """
import sys
from console.edge import last_word
from console.worker_command import worker
try:
    code = worker(sys.argv[1], int(sys.argv[2]), 1, sys.argv[3:])
except Exception as error:
    code = last_word(error, json=False)
sys.exit(code)
"""
SERVING = r"serving at 127\.0\.0\.1:(\d+): CPU .+, [\d.]+ [KMGT]iB of [\d.]+ [KMGT]iB free\n"


@contextmanager
def started(*args: str) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", PROGRAM, *args]
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline()


def refusal(*args: str) -> tuple[int, str]:
    """The exit code, and what stands on stderr."""
    with started(*args) as process:
        out, err = process.communicate(timeout=60)
        assert out == ""
        return process.returncode, err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_tells_its_address_and_devices_and_ends_well(number: signal.Signals) -> None:
    with started("127.0.0.1", "0") as process:
        assert re.fullmatch(SERVING, line(process))
        (server,) = psutil.Process(process.pid).children()
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (0, "", "")
        assert not server.is_running()


def test_the_server_ends_with_a_worker_that_is_killed() -> None:
    with started("127.0.0.1", "0") as process:
        line(process)
        (server,) = psutil.Process(process.pid).children()
        process.kill()
        assert psutil.wait_procs([server], timeout=30)[0] == [server]


def test_a_server_that_dies_is_started_again_at_the_same_port() -> None:
    with started("localhost", "0") as process:
        said = line(process)
        assert re.fullmatch(SERVING, said)
        (server,) = psutil.Process(process.pid).children()
        os.kill(server.pid, signal.SIGABRT)
        assert line(process).split()[:3] == said.split()[:3]
        process.terminate()
        _, err = process.communicate(timeout=30)
    assert err == "llama.cpp's RPC server died (signal 6); it is started again\n"


def test_other_hosts_than_loopback_are_warned_of_in_one_line() -> None:
    with started("0.0.0.0", "0") as process:
        assert line(process).startswith("serving at 0.0.0.0:")
        process.terminate()
        _, err = process.communicate(timeout=30)
    (warning,) = err.splitlines()
    assert warning.startswith("Whoever can reach 0.0.0.0 can use these devices")
    assert "no password" in warning


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_port_that_is_taken_is_refused(socket_enabled: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, err = refusal("127.0.0.1", str(port))
    assert (code, err) == (
        3,
        f"error: port {port} of 127.0.0.1 is taken\nhint: choose another one: --port PORT\n",
    )


def test_an_address_of_another_machine_is_refused() -> None:
    code, err = refusal("192.0.2.1", "0")
    assert code == 3
    assert "error: this machine has no address 192.0.2.1\nhint: name one of its own" in err


def test_an_unknown_device_is_refused_with_the_known_ones() -> None:
    code, err = refusal("127.0.0.1", "0", "CUDA99")
    assert code == 3
    assert err.startswith("error: no device is called CUDA99\nhint: choose among ")
    assert "CPU" in err


@pytest.mark.parametrize(("port", "threads"), [(-1, 1), (65536, 1), (50052, 0), (50052, -3)])
def test_numbers_that_cannot_be_are_refused_at_once(port: int, threads: int) -> None:
    with pytest.raises(UsageError, match="cannot be"):
        worker(port=port, threads=threads)
