"""ggml's registry of backends and devices (`ggml-backend.h`), which the bindings do not declare.

Handles are pointers as integers; they stay valid as long as the process. The functions are looked
up through libllama: `llama_cpp._ggml` opens `libggml.so`, which in a wheel is another file than the
`libggml.so.0` of libllama, and so a second registry that no model is loaded from.
"""

from __future__ import annotations

import ctypes
from typing import Any

import llama_cpp.llama_cpp as lib

import models.llama.log  # noqa: F401  # ggml speaks while it looks for devices

KINDS = ("cpu", "gpu", "igpu", "accel", "meta")
"""`ggml_backend_dev_type` in its order."""


def _declared(name: str, result: Any, *arguments: Any) -> Any:  # Any: ctypes' own classes
    function = getattr(lib._lib, name)
    function.restype, function.argtypes = result, arguments
    return function


_HANDLE, _TEXT, _SIZE = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t

dev_count = _declared("ggml_backend_dev_count", _SIZE)
dev_get = _declared("ggml_backend_dev_get", _HANDLE, _SIZE)
dev_name = _declared("ggml_backend_dev_name", _TEXT, _HANDLE)
dev_description = _declared("ggml_backend_dev_description", _TEXT, _HANDLE)
dev_type = _declared("ggml_backend_dev_type", ctypes.c_int, _HANDLE)
dev_memory = _declared(
    "ggml_backend_dev_memory", None, _HANDLE, ctypes.POINTER(_SIZE), ctypes.POINTER(_SIZE)
)
dev_by_type = _declared("ggml_backend_dev_by_type", _HANDLE, ctypes.c_int)
dev_buffer_type = _declared("ggml_backend_dev_buffer_type", _HANDLE, _HANDLE)

reg_by_name = _declared("ggml_backend_reg_by_name", _HANDLE, _TEXT)
reg_dev_count = _declared("ggml_backend_reg_dev_count", _SIZE, _HANDLE)
reg_dev_get = _declared("ggml_backend_reg_dev_get", _HANDLE, _HANDLE, _SIZE)
reg_get_proc_address = _declared("ggml_backend_reg_get_proc_address", _HANDLE, _HANDLE, _TEXT)
register = _declared("ggml_backend_register", None, _HANDLE)


def cpu() -> int:
    """The device that every machine has."""
    handle: int = dev_by_type(KINDS.index("cpu"))
    return handle
