"""RPC workers of this process: llama.cpp's RPC backend, joined so that nothing hangs unheard.

A worker serves one program at a time. One that has been joined is ours until this process ends: a
connection to it is held, since llama.cpp would drop it until a model is loaded.
"""

from __future__ import annotations

import ctypes
import os
import socket
from importlib.metadata import version
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from models.errors import ModelError, RunError
from models.keepalive import connected_to, keep_alive
from models.llama import ggml
from models.llama.abort import before_abort
from models.llama.backends import backends
from models.lost_worker import end
from models.rebuild import rebuild
from models.rpc_hello import SECONDS, busy, endpoint_of, greet

_dev_init = ggml._declared(
    "ggml_backend_dev_init", ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p
)

_LOSSES = ("Remote RPC server crashed", "Failed to connect to")
_STRANGER = "RPC handshake failed"

_joined: dict[str, int] = {}
"""The backend of each worker, by its endpoint."""
_joining = Lock()


def backend() -> int:
    """llama.cpp's RPC backend; a ModelError where the build has none."""
    handle: int | None = ggml.reg_by_name(b"RPC")
    if not handle:
        command = rebuild(version("llama-cpp-python"), backends(), "RPC")
        raise ModelError("llama.cpp is built without RPC", f"build it anew: {command}")
    return handle


def join(address: str) -> int:
    """The backend of the worker at `address` ("host:port"), registered if it was not.

    ModelError where no worker answers in time. One that is lost later ends the process with
    `lost_worker`.
    """
    rpc, endpoint = backend(), endpoint_of(address)
    with _joining:
        if endpoint not in _joined:
            greet(endpoint)
            if not _joined:
                before_abort(_on_abort)
            _joined[endpoint] = _registered(rpc, endpoint)
        return _joined[endpoint]


def _registered(rpc: int, endpoint: str) -> int:
    handle = _in_time(rpc, endpoint)
    if not handle:
        raise ModelError(f"the RPC worker at {endpoint} offers no device", "start it anew")
    for connection in connected_to(endpoint):
        keep_alive(connection)
    ggml.register(handle)
    return handle


def _in_time(rpc: int, endpoint: str) -> int | None:
    """Another program may have got in between; llama.cpp would wait until that one ends."""
    answer: SimpleQueue[int | None] = SimpleQueue()
    Thread(target=lambda: answer.put(_connected(rpc, endpoint)), daemon=True).start()
    try:
        return answer.get(timeout=SECONDS)
    except Empty:
        raise busy(endpoint) from None


def _connected(rpc: int, endpoint: str) -> int | None:
    """The worker's backend, with a connection that stays."""
    address = ggml.reg_get_proc_address(rpc, b"ggml_backend_rpc_add_server")
    add_server = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_char_p)(address)
    handle: int | None = add_server(endpoint.encode())
    if handle:
        _dev_init(ggml.reg_dev_get(handle, 0), None)
    return handle


def _on_abort(message: str) -> None:
    if _STRANGER in message:
        end(
            RunError(
                f"an RPC worker speaks another version of llama.cpp: {message.rpartition(': ')[2]}",
                "install the same llama-cpp-python on both machines",
            )
        )
    if any(loss in message for loss in _LOSSES):
        end(_loss())
    os.write(2, f"{message}\n".encode())


def _loss() -> RunError:
    """The message does not say which one; whoever listens no more is gone."""
    gone = [endpoint for endpoint in _joined if not _listens(endpoint)]
    named = " or ".join(gone or _joined)
    return RunError(
        f"the RPC worker at {named} is gone, and a part of the model with it",
        "start it again (cadre worker), then go on where the session stopped: cadre resume",
    )


def _listens(endpoint: str) -> bool:
    host, _, port = endpoint.rpartition(":")
    try:
        socket.create_connection((host, int(port)), 1.0).close()
    except OSError:
        return False
    return True
