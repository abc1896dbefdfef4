"""What llama.cpp says of itself and of this machine: run as a script, it prints one JSON object.

`cadre doctor` runs it in a process of its own, since a broken build may not raise but die.
"""

import ctypes
import json
from importlib.metadata import version
from typing import Any


def probe() -> dict[str, Any]:
    """The version, what was compiled in, and each device with its memory in bytes."""
    import llama_cpp

    return {
        "version": version("llama-cpp-python"),
        "features": llama_cpp.llama_print_system_info().decode(errors="replace"),
        "devices": _devices(),
    }


def _devices() -> list[dict[str, Any]]:
    """By ggml's own registry (`ggml-backend.h`), which the bindings load but do not declare."""
    from llama_cpp._ggml import libggml

    libggml.ggml_backend_dev_count.restype = ctypes.c_size_t
    libggml.ggml_backend_dev_get.restype = ctypes.c_void_p
    libggml.ggml_backend_dev_get.argtypes = [ctypes.c_size_t]
    return [
        _device(libggml, libggml.ggml_backend_dev_get(n))
        for n in range(libggml.ggml_backend_dev_count())
    ]


def _device(ggml: ctypes.CDLL, device: int) -> dict[str, Any]:
    free, total = ctypes.c_size_t(), ctypes.c_size_t()
    for get in (ggml.ggml_backend_dev_name, ggml.ggml_backend_dev_description):
        get.restype, get.argtypes = ctypes.c_char_p, [ctypes.c_void_p]
    ggml.ggml_backend_dev_memory.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
    ggml.ggml_backend_dev_memory.restype = None
    ggml.ggml_backend_dev_memory(device, ctypes.byref(free), ctypes.byref(total))
    return {
        "name": ggml.ggml_backend_dev_name(device).decode(errors="replace"),
        "description": ggml.ggml_backend_dev_description(device).decode(errors="replace"),
        "free": free.value,
        "total": total.value,
    }


if __name__ == "__main__":
    print(json.dumps(probe()))  # noqa: T201  # the answer
