"""llama.cpp's own log: to the logger `cadre.llama` at debug level, never to stderr.

Its error lines are kept a little while, so that a failure can say what llama.cpp said.
"""

from __future__ import annotations

import ctypes
import logging
from collections import deque

import llama_cpp as lib

_LEVEL_ERROR = 4  # GGML_LOG_LEVEL_ERROR, which the bindings do not export

_logger = logging.getLogger("cadre.llama")
_complaints: deque[str] = deque(maxlen=4)


@lib.llama_log_callback  # type: ignore[untyped-decorator]  # ctypes
def _on_log(level: int, text: bytes, _: ctypes.c_void_p) -> None:
    line = text.decode("utf-8", "replace").strip()
    if level == _LEVEL_ERROR:
        _complaints.append(line)
    _logger.debug(line)


lib.llama_log_set(_on_log, ctypes.c_void_p(0))  # `_on_log` stays referenced by the module
lib.llama_backend_init()


def forget_complaints() -> None:
    """Call before what may fail, so that older lines are not taken for its reason."""
    _complaints.clear()


def complaints(otherwise: str) -> str:
    """What llama.cpp complained of since, in one line."""
    return "; ".join(_complaints) or otherwise
