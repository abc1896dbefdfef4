"""Reads the experts that a mixture chooses out of llama.cpp's graph while it is computed.

llama.cpp asks a callback about every tensor; wanted are `ffn_moe_topk-<layer>`, whose columns are
the experts of one token each. Where there is a C compiler the callback is `tap.c`, compiled in a
moment; elsewhere it is Python's, which costs some 1 µs a tensor.
"""

from __future__ import annotations

import ctypes
import logging
import os
import shutil
import struct
import subprocess
import sysconfig
import tempfile
import weakref
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import llama_cpp as lib
from llama_cpp.llama_cpp import _lib as llama

Chosen = tuple[int, int, Iterator[list[int]]]
"""A layer, its tokens, and the experts of each."""

_CHOSEN = b"ffn_moe_topk-"
_SIZE = ctypes.sizeof(ctypes.c_int32)
_SECONDS = 30
"""For a compiler that hangs."""

_Callback = lib.ggml_backend_sched_eval_callback
_logger = logging.getLogger("cadre.llama")

# The first two keep the GIL: they are called for every tensor, and answer at once.
_name: Callable[[int], bytes] = ctypes.PYFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p)(
    ("ggml_get_name", llama)
)
_bytes = ctypes.PYFUNCTYPE(ctypes.c_size_t, ctypes.c_void_p)(("ggml_nbytes", llama))
_copy = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t
)(("ggml_backend_tensor_get", llama))  # fmt: skip


class _Tensor(ctypes.Structure):
    """How a `ggml_tensor` begins; see ggml.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("buffer", ctypes.c_void_p),
        ("ne", ctypes.c_int64 * 4),
        ("nb", ctypes.c_size_t * 4),
    )


class Reader(Protocol):
    """A callback, and what it has read. Belongs to the context's thread."""

    callback: Any
    """For `cb_eval`."""
    data: Any
    """For `cb_eval_user_data`."""

    def take(self) -> list[Chosen]:
        """What was read since it was taken last. A RuntimeError where something could not be."""

    def stop(self) -> None:
        """Read no more."""


def reader() -> Reader:
    """The quickest that there is."""
    library = compiled()
    return PythonReader() if library is None else CompiledReader(library)


class PythonReader:
    """The callback in Python."""

    def __init__(self) -> None:
        self.callback = _Callback(self._see)
        self.data = None
        self._on = True
        self._read: list[Chosen] = []
        self._failure: Exception | None = None

    def take(self) -> list[Chosen]:
        """See `Reader`."""
        if self._failure is not None:
            raise RuntimeError("experts could not be read") from self._failure
        read, self._read = self._read, []
        return read

    def stop(self) -> None:
        """See `Reader`."""
        self._on = False

    def _see(self, address: int, asked: bool, _: int | None) -> bool:
        """Asked: whether the tensor is wanted. Else it is there; False would stop the decode."""
        if not self._on:
            return not asked
        name = _name(address)
        wanted = name.startswith(_CHOSEN) and name[len(_CHOSEN) :].isdigit()
        if wanted and not asked:
            try:
                tensor = _Tensor.from_address(address)
                used, tokens = tensor.ne[:2]
                data = (ctypes.c_byte * (_bytes(address) if tokens else 0))()
                _copy(address, data, 0, len(data))
                kind = tensor.type if tensor.nb[0] == _SIZE else -1
                rows = _rows(kind, used, tokens, tensor.nb[1], bytes(data))
                self._read.append((int(name[len(_CHOSEN) :]), tokens, rows))
            except Exception as error:  # noqa: BLE001 - C cannot catch it, and would go on
                self._failure, self._on = error, False
        return wanted


class _State(ctypes.Structure):
    """`struct tap` of tap.c."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("bytes", ctypes.c_void_p),
        ("copy", ctypes.c_void_p),
        ("room", ctypes.c_void_p),
        ("size", ctypes.c_size_t),
        ("used", ctypes.c_size_t),
        ("failed", ctypes.c_int),
    )


_ENTRY = struct.Struct("@6q")
"""`struct entry` of tap.c."""


class CompiledReader:
    """The callback in C."""

    def __init__(self, tap: ctypes.CDLL) -> None:
        see = ctypes.cast(tap.cadre_tap_see, ctypes.c_void_p)
        self._state = _State(*map(_address, ("ggml_get_name", "ggml_nbytes")))
        self._state.copy = _address("ggml_backend_tensor_get")
        self.callback = ctypes.cast(see, _Callback)
        self.data = ctypes.cast(ctypes.byref(self._state), ctypes.c_void_p)
        free = tap.cadre_tap_free
        free.argtypes, free.restype = [ctypes.c_void_p], None
        weakref.finalize(self, _freed, free, self._state)

    def take(self) -> list[Chosen]:
        """See `Reader`."""
        state = self._state
        if state.failed:
            raise RuntimeError("no memory for the experts that were read")
        data, state.used = ctypes.string_at(state.room, state.used), 0
        read: list[Chosen] = []
        place = 0
        while place < len(data):
            layer, kind, used, tokens, step, size = _ENTRY.unpack_from(data, place)
            place += _ENTRY.size
            rows = _rows(kind, used, tokens, step, data[place : place + size])
            read.append((layer, tokens, rows))
            place += size
        return read

    def stop(self) -> None:
        """See `Reader`."""
        self._state.failed = 1


def _freed(free: Callable[[Any], None], state: _State) -> None:
    free(ctypes.byref(state))


def _rows(kind: int, used: int, tokens: int, step: int, data: bytes) -> Iterator[list[int]]:
    """The experts of each token. The tensor is a view of the first rows of a larger one: its
    columns are `step` bytes apart, more than they are long."""
    if kind != lib.GGML_TYPE_I32 or step % _SIZE:
        raise RuntimeError(f"experts of type {kind}, {step} bytes apart")
    row = struct.Struct(f"={used}i")
    return (list(row.unpack_from(data, at)) for at in range(0, tokens * step, step))


def _address(name: str) -> int:
    return ctypes.cast(getattr(llama, name), ctypes.c_void_p).value or 0


@cache
def compiled() -> ctypes.CDLL | None:
    """`tap.c` as a library of this process; None where nothing compiles it."""
    named = os.environ.get("CC") or (sysconfig.get_config_var("CC") or "cc").split()[0]
    compiler = shutil.which(named) or shutil.which("cc") or shutil.which("c++")
    if compiler is None:
        return None
    source = Path(__file__).with_name("tap.c")
    with tempfile.TemporaryDirectory(prefix="cadre-") as folder:
        made = Path(folder) / "tap.so"
        command = [compiler, "-x", "c", "-O2", "-shared", "-fPIC", "-o", str(made), str(source)]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)
            return ctypes.CDLL(str(made))  # it stays where it is mapped when the file goes
        except (OSError, subprocess.SubprocessError) as error:
            _logger.info("experts are counted in Python, since tap.c does not compile: %s", error)
            return None
