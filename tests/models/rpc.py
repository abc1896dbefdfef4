"""Llama.cpp RPC workers on loopback: accelerators that every machine has.

    with child_with_worker() as child:
        child(accelerators)

The registry is a process's own, and no worker ever leaves it: so a child registers this one, and
the process that runs the tests stays as it was. A worker offers the CPU twice.
"""

import json
import multiprocessing
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from multiprocessing.connection import Connection
from typing import ParamSpec, TypeVar

from models.llama.devices import Device, add_rpc_worker

DEVICES = 2

_SECONDS = 60.0
"""Many times what the longest job takes."""

P = ParamSpec("P")
T = TypeVar("T")


@contextmanager
def child_with_worker() -> Iterator["Child"]:
    """A child in which a worker is registered; both are gone afterwards."""
    with rpc_worker() as worker, closing(Child(worker.endpoint)) as child:
        yield child


class RpcWorker:
    """A worker that runs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        self._process = process
        self.endpoint: str = json.loads(process.stdout.readline())["address"]

    @property
    def port(self) -> str:
        return self.endpoint.rpartition(":")[2]

    def kill(self) -> None:
        """As `kill -9`, or the loss of its machine."""
        self._process.kill()
        self._process.wait()


@contextmanager
def rpc_worker(port: str = "0", devices: int = DEVICES) -> Iterator[RpcWorker]:
    """A worker that runs meanwhile, at a free port where none is named."""
    command = [sys.executable, "-P", "-m", "models.llama.rpc_server", "127.0.0.1", port]
    command += ["--threads", "1", *["--device", "CPU"] * devices]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield RpcWorker(process)
        finally:
            process.kill()


class Child:
    """A process of its own. It takes functions that can be pickled, with such arguments."""

    def __init__(self, *endpoints: str) -> None:
        spawn = multiprocessing.get_context("spawn")
        self.endpoint = endpoints[0]
        """Where its first worker listens."""
        self._pipe, theirs = spawn.Pipe()
        self._process = spawn.Process(target=_answer, args=(theirs, endpoints), daemon=True)
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
        """The devices that its first worker offers."""
        return self(add_rpc_worker, self.endpoint)

    def close(self) -> None:
        """End the process, and kill it where it does not."""
        self._pipe.close()
        self._process.join(_SECONDS)
        self._process.kill()
        self._process.join()
        self._process.close()


def _answer(pipe: Connection, endpoints: tuple[str, ...]) -> None:
    """The child: one job after another, until nobody asks any more."""
    for endpoint in endpoints:
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
