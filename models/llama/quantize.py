"""llama.cpp's quantiser: one GGUF becomes a smaller one.

It runs in a process of its own: it cannot be stopped where it runs, and where it finds something
impossible it ends the process.
"""

from __future__ import annotations

import ctypes
import logging
import multiprocessing
import os
import re
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import llama_cpp as lib

from models.errors import ModelError
from models.llama.log import complaints, forget_complaints

TYPES: dict[str, int] = {
    "Q8_0": 7, "Q6_K": 18, "Q5_K_M": 17, "Q5_K_S": 16, "Q5_1": 9, "Q5_0": 8, "Q4_K_M": 15,
    "Q4_K_S": 14, "Q4_1": 3, "Q4_0": 2, "IQ4_NL": 25, "IQ4_XS": 30, "Q3_K_L": 13, "Q3_K_M": 12,
    "Q3_K_S": 11, "IQ3_M": 27, "IQ3_S": 26, "Q2_K": 10, "MXFP4_MOE": 38, "BF16": 32, "F16": 1,
    "F32": 0,
}  # fmt: skip
"""Names of `llama_ftype`, from the largest of a kind to the smallest. Types that need an importance
matrix are left out: there is none."""

_BUFFER = 256 << 20
"""Bytes of a tensor in memory at once; llama.cpp would take 8 GiB."""
_TENSOR = re.compile(r"\[\s*(\d+)/\s*(\d+)\]")
_SIZE = re.compile(r"quant size\s*=\s*([\d.]+) MiB")


def quantized_size(source: Path, type: int, *, again: bool = False) -> int:
    """Bytes of the tensors that `quantize_file` would write."""
    lines: list[str] = []
    _run(source, Path(os.devnull), type, again, True, lines.append)
    sizes = [float(match[1]) for line in lines if (match := _SIZE.search(line))]
    if not sizes:
        raise ModelError(f"llama.cpp does not say how large {source} becomes", "this is a bug")
    return int(sizes[-1] * (1 << 20))


def quantize_file(
    source: Path,
    target: Path,
    type: int,
    on_progress: Callable[[int, int], None],
    *,
    again: bool = False,
) -> None:
    """Write `source` in the llama_ftype `type` to `target`, which is replaced.

    `on_progress` hears how many tensors are begun, of how many. `again`: also what is quantised
    already. ModelError where llama.cpp cannot; Ctrl-C ends it.
    """

    def told(line: str) -> None:
        if match := _TENSOR.match(line):
            on_progress(int(match[1]), int(match[2]))

    _run(source, target, type, again, False, told)


def _run(
    source: Path, target: Path, type: int, again: bool, dry: bool, told: Callable[[str], None]
) -> None:
    spawn = multiprocessing.get_context("spawn")
    reader, writer = spawn.Pipe(duplex=False)
    argv = (source, target, type, again, dry, writer)
    process = spawn.Process(target=_quantize, args=argv, name="cadre-quantize", daemon=True)
    process.start()
    writer.close()  # the child's is the last one, so that its end is seen
    failure = None
    try:
        while (said := _next(reader)) is not None:
            line, last = said
            failure = line if last else failure
            told(line)
        process.join()
    finally:
        process.kill()
        process.join()
        reader.close()
    if process.exitcode or failure:
        reason = failure or f"it ended with {process.exitcode}"
        raise ModelError(
            f"llama.cpp cannot quantize {source}: {reason}", "see: cadre models inspect"
        )


def _next(reader: Connection) -> tuple[str, bool] | None:
    """A line, and whether it is the reason of a failure; None at the end."""
    try:
        line, last = reader.recv()
    except EOFError:
        return None
    return str(line), bool(last)


def _quantize(
    source: Path, target: Path, type: int, again: bool, dry: bool, writer: Connection
) -> None:
    """In the child, which Ctrl-C reaches too: the parent ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logger = logging.getLogger("cadre.llama")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(_Lines(writer))
    params = lib.llama_model_quantize_default_params()
    params.ftype, params.nthread = type, os.cpu_count() or 1
    params.allow_requantize, params.dry_run, params.max_buf_size = again, dry, _BUFFER
    forget_complaints()
    if lib.llama_model_quantize(bytes(source), bytes(target), ctypes.byref(params)):
        writer.send((complaints("no reason given"), True))


class _Lines(logging.Handler):
    """Sends llama.cpp's log to the parent, line by line."""

    def __init__(self, writer: Connection) -> None:
        super().__init__()
        self._writer = writer

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._writer.send((record.getMessage(), False))
        except OSError:
            os._exit(1)  # nobody waits for the file any more
