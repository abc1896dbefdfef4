"""What ggml found to compute with, and RPC workers that join it.

A worker is llama.cpp's RPC server; here it is one more accelerator. Registering is for the whole
process: every model that is loaded afterwards may use it.
"""

from __future__ import annotations

import ctypes
import socket
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from models.errors import ModelError
from models.llama import ggml

Kind = Literal["cpu", "gpu", "igpu", "accel", "meta"]

_CONNECT_SECONDS = 5.0
_BUILD = "CMAKE_ARGS=-DGGML_RPC=on pip install --no-binary llama-cpp-python llama-cpp-python"


@dataclass(frozen=True, slots=True)
class Device:
    """One entry of ggml's registry, with its memory as it was when it was asked."""

    name: str
    description: str
    kind: Kind
    free: int
    """Bytes."""
    total: int
    """Bytes."""
    handle: int = field(repr=False)
    """ggml's own pointer."""


def devices() -> list[Device]:
    """All of them, the CPU too, in the registry's order."""
    return [_device(ggml.dev_get(n)) for n in range(ggml.dev_count())]


def accelerators() -> list[Device]:
    """Those that layers can be given to."""
    return [device for device in devices() if device.kind in ("gpu", "igpu")]


def device_named(name: str) -> Device:
    """The accelerator of that name, or a ModelError that lists the known ones."""
    known = {device.name: device for device in accelerators()}
    if name not in known:
        choice = f"choose among {', '.join(known)}" if known else "this machine has none"
        raise ModelError(f"no accelerator is called {name}", f"{choice}; see: cadre doctor")
    return known[name]


def add_rpc_worker(endpoint: str) -> list[Device]:
    """The devices of the worker at `endpoint` ("host:port"), registered if they were not.

    ModelError where nobody listens. Whoever listens must be a worker of the same llama.cpp, and
    must stay: it aborts the process otherwise.
    """
    rpc = _rpc_backend()
    known = ggml.reg_by_name(_backend_name(endpoint))
    if not known:
        _reach(endpoint)
        known = _add_server(rpc)(endpoint.encode())
        if not known:
            raise ModelError(f"the RPC worker at {endpoint} offers no device", "start it anew")
        ggml.register(known)
    return [_device(ggml.reg_dev_get(known, n)) for n in range(ggml.reg_dev_count(known))]


def _device(handle: int) -> Device:
    free, total = ctypes.c_size_t(), ctypes.c_size_t()
    ggml.dev_memory(handle, ctypes.byref(free), ctypes.byref(total))
    return Device(
        name=ggml.dev_name(handle).decode(errors="replace"),
        description=ggml.dev_description(handle).decode(errors="replace"),
        kind=cast(Kind, ggml.KINDS[ggml.dev_type(handle)]),
        free=free.value,
        total=total.value,
        handle=handle,
    )


def _rpc_backend() -> int:
    backend: int | None = ggml.reg_by_name(b"RPC")
    if not backend:
        raise ModelError("this build of llama.cpp has no RPC", f"build it anew: {_BUILD}")
    return backend


def _backend_name(endpoint: str) -> bytes:
    """What llama.cpp calls the backend of one worker."""
    return f"RPC[{endpoint}]".encode()


def _reach(endpoint: str) -> None:
    """ModelError where nobody listens: llama.cpp would abort."""
    host, _, port = endpoint.rpartition(":")
    if not host or not port.isdecimal():
        raise ModelError(f"{endpoint!r} is no RPC worker", "name it as HOST:PORT")
    try:
        socket.create_connection((host, int(port)), _CONNECT_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise ModelError(f"no RPC worker at {endpoint}: {error}", "start it first") from error


def _add_server(rpc: int) -> Any:  # Any: a ctypes function object
    address = ggml.reg_get_proc_address(rpc, b"ggml_backend_rpc_add_server")
    return ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_char_p)(address)
