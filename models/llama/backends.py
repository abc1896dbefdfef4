"""Which backends this build of llama.cpp has: `CPU`, `CUDA`, `MTL` (Metal), `Vulkan`, `RPC`."""

from __future__ import annotations

import ctypes

from models.llama import ggml

_reg_count = ggml._declared("ggml_backend_reg_count", ctypes.c_size_t)
_reg_get = ggml._declared("ggml_backend_reg_get", ctypes.c_void_p, ctypes.c_size_t)
_reg_name = ggml._declared("ggml_backend_reg_name", ctypes.c_char_p, ctypes.c_void_p)


def backends() -> list[str]:
    """Their names in the registry's order, whether or not they found a device; an RPC worker that
    joined has a name of its own, such as `RPC[127.0.0.1:50052]`."""
    return [_reg_name(_reg_get(n)).decode(errors="replace") for n in range(_reg_count())]
