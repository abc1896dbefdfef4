"""A llama.cpp RPC worker on loopback: two accelerators that every machine has.

    with child_with_worker() as child:
        child(accelerators)

The registry is a process's own, and no worker ever leaves it: so a child registers this one, and
the process that runs the tests stays as it was. As a module of its own this file is the worker: it
offers the CPU twice, says where it listens as soon as it does, and ends when its stdin does.
"""

import ctypes
import multiprocessing
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from multiprocessing.connection import Connection
from threading import Thread
from typing import IO, ParamSpec, TypeVar

from models.llama import ggml
from models.llama.devices import Device, add_rpc_worker

DEVICES = 2

_SECONDS = 60.0
"""Many times what the longest job takes."""

P = ParamSpec("P")
T = TypeVar("T")


@contextmanager
def child_with_worker() -> Iterator["Child"]:
    """A child in which a worker is registered; both are gone afterwards."""
    with _rpc_worker() as endpoint, closing(Child(endpoint)) as child:
        yield child


class Child:
    """A process of its own. It takes functions that can be pickled, with such arguments."""

    def __init__(self, endpoint: str) -> None:
        spawn = multiprocessing.get_context("spawn")
        self.endpoint = endpoint
        """Where its worker listens."""
        self._pipe, theirs = spawn.Pipe()
        self._process = spawn.Process(target=_answer, args=(theirs, endpoint), daemon=True)
        self._process.start()
        theirs.close()

    def __call__(self, job: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """What `job` gives or raises there; EOFError where the child aborts or hangs."""
        self._pipe.send((job, args, options))
        if not self._pipe.poll(_SECONDS):
            self._process.kill()
        given, error = self._pipe.recv()
        if error:
            raise error
        result: T = given
        return result

    def worker(self) -> list[Device]:
        """The devices that its worker offers."""
        return self(add_rpc_worker, self.endpoint)

    def close(self) -> None:
        """End the process, and kill it where it does not."""
        self._pipe.close()
        self._process.join(_SECONDS)
        self._process.kill()
        self._process.join()
        self._process.close()


def _answer(pipe: Connection, endpoint: str) -> None:
    """The child: one job after another, until nobody asks any more."""
    add_rpc_worker(endpoint)
    while True:
        try:
            job, args, options = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send((job(*args, **options), None))
        except Exception as error:  # noqa: BLE001  # raised again where it was asked
            pipe.send((None, error))


@contextmanager
def _rpc_worker() -> Iterator[str]:
    """The endpoint of a worker that runs meanwhile."""
    command = [sys.executable, "-m", "tests.models.rpc"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as worker:
        assert worker.stdout
        try:
            yield worker.stdout.readline().strip()
        finally:
            worker.kill()


def _serve() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # llama.cpp has its own things to say there
    Thread(target=_tell, args=(port, answer), daemon=True).start()
    address = ggml.reg_get_proc_address(ggml.reg_by_name(b"RPC"), b"ggml_backend_rpc_start_server")
    start = ctypes.CFUNCTYPE(
        None, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_void_p
    )(address)
    devices = (ctypes.c_void_p * DEVICES)(*[ggml.cpu()] * DEVICES)
    start(f"127.0.0.1:{port}".encode(), None, 1, DEVICES, devices)


def _tell(port: int, answer: IO[str]) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except ConnectionRefusedError:
            time.sleep(0.01)
    print(f"127.0.0.1:{port}", file=answer, flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    _serve()
