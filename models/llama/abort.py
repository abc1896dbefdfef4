"""What llama.cpp says before it aborts the process (`ggml_set_abort_callback`)."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from models.llama import ggml

_CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_char_p)

_set_abort_callback = ggml._declared("ggml_set_abort_callback", ctypes.c_void_p, ctypes.c_void_p)
_kept: list[Any] = []  # Any: ctypes function objects, which must stay referenced


def before_abort(hear: Callable[[str], object]) -> None:
    """Let `hear` have the message, in the thread that aborts; the process ends when it returns.

    It takes the place of llama.cpp's own way, which prints the message and starts a debugger.
    """

    def on_abort(message: bytes) -> None:
        hear(message.decode(errors="replace"))

    _kept.append(_CALLBACK(on_abort))
    _set_abort_callback(_kept[-1])
