"""What ggml found to compute with, and RPC workers that join it.

A worker is llama.cpp's RPC server; here it is one more accelerator. Registering is for the whole
process: every model that is loaded afterwards may use it.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import Literal, cast

from models.errors import ModelError
from models.llama import ggml, rpc

Kind = Literal["cpu", "gpu", "igpu", "accel", "meta"]


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

    ModelError where no worker answers in time. One that is lost later ends the process; see
    `models.lost_worker`.
    """
    worker = rpc.join(endpoint)
    return [_device(ggml.reg_dev_get(worker, n)) for n in range(ggml.reg_dev_count(worker))]


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
