"""What llama.cpp says that a model takes: its own log, read while a context is made.

Nothing is computed. Dry, no weight is read and no cell allocated (`no_alloc`): the bytes of a model
of any size are known in a second, but for a recurrent model's state, which llama.cpp allocates all
the same. The log rounds to a hundredth of a MiB.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llama_cpp as lib

from models.errors import ModelError
from models.fit.serving import Serving
from models.ggml_types import KV_TYPES
from models.llama.log import complaints, forget_complaints
from models.llama.placement import model_params
from models.loading import Loading

_MIB = 1024 * 1024
_BUFFER = re.compile(
    r"\w+: +(?P<device>\S+) +(?P<kind>model|KV|RS|compute|output) buffer size"
    r" = +(?P<mib>[\d.]+) MiB"
)
_CELLS = re.compile(r"llama_kv_cache\w*: size = +(?P<mib>[\d.]+) MiB")
_KINDS = {"model": "weights", "KV": "kv", "RS": "state", "compute": "compute", "output": "output"}
_logger = logging.getLogger("cadre.llama")


@dataclass(frozen=True, slots=True)
class Reported:
    """Bytes by kind (weights, kv, state, compute, output), and of each kind by device."""

    by_kind: Mapping[str, int]
    by_device: Mapping[str, Mapping[str, int]]
    """Kind -> device -> bytes; a dry load does not tell where weights, keys and values are."""

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_kind.values())

    @property
    def in_memory(self) -> int:
        """All but what is on accelerators, as far as the log tells."""
        named = (one for devices in self.by_device.values() for one in devices.items())
        return self.total - sum(size for name, size in named if not _is_memory(name))


def reported(
    path: Path, serving: Serving, loading: Loading | None = None, *, dry: bool = True
) -> Reported:
    """What llama.cpp would allocate, or where not `dry` has allocated, to serve `path` like that.

    `path` must be sound (`models.header`). A ModelError where llama.cpp refuses it.
    """
    loading = loading or Loading()
    params, kept = model_params(loading, None)
    if dry:
        params.no_alloc, params.load_mode = True, lib.LLAMA_LOAD_MODE_NONE
    with _log() as lines:
        weights = _served(path, params, serving, loading)
    del kept
    return _read(lines, weights if dry else None)


def _served(path: Path, params: Any, serving: Serving, loading: Loading) -> int:  # Any: ctypes
    """Load, make a context, free both; bytes of all tensors."""
    forget_complaints()
    model = lib.llama_model_load_from_file(bytes(path), params)
    if not model:
        raise ModelError(f"llama.cpp cannot load {path}: {complaints('no reason given')}")
    try:
        context = lib.llama_init_from_model(model, _context_params(serving, loading))
        if not context:
            raise ModelError(f"llama.cpp makes no context: {complaints('out of memory')}")
        lib.llama_free(context)
        return int(lib.llama_model_size(model))
    finally:
        lib.llama_model_free(model)


def _context_params(serving: Serving, loading: Loading) -> Any:  # Any: a structure of the bindings
    """As `models.llama.Context` has them."""
    params = lib.llama_context_default_params()
    params.n_ctx = serving.cells
    params.n_batch = params.n_ubatch = serving.batch
    params.n_seq_max, params.kv_unified = serving.lanes, True
    params.n_outputs_max = serving.lanes
    params.swa_full = params.no_perf = True
    params.type_k, params.type_v = KV_TYPES[serving.kv_type_k], KV_TYPES[serving.kv_type_v]
    params.flash_attn_type = -1 if serving.flash else 0
    params.offload_kqv = loading.offload_kv
    return params


class _Lines(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def _log() -> Iterator[list[str]]:
    """llama.cpp's lines meanwhile; another load at the same time would be heard too."""
    handler, level, upwards = _Lines(), _logger.level, _logger.propagate
    _logger.addHandler(handler)
    _logger.setLevel(logging.DEBUG)
    _logger.propagate = False
    try:
        yield handler.lines
    finally:
        _logger.removeHandler(handler)
        _logger.setLevel(level)
        _logger.propagate = upwards


def _read(lines: list[str], weights: int | None) -> Reported:
    """`weights` stand for those of a dry load, whose log says nought."""
    found: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    cells = 0
    for line in lines:
        if match := _BUFFER.fullmatch(line):
            found[_KINDS[match["kind"]]][match["device"]] += round(float(match["mib"]) * _MIB)
        elif match := _CELLS.match(line):
            cells += round(float(match["mib"]) * _MIB)
    by_kind = {kind: sum(found[kind].values()) for kind in _KINDS.values()}
    if weights is not None:
        by_kind |= {"weights": weights, "kv": cells}
    return Reported(by_kind, {kind: dict(devices) for kind, devices in found.items()})


def _is_memory(device: str) -> bool:
    """Memory of the computer itself: `CPU`, `CPU_Mapped`, `CPU_REPACK`, `CUDA_Host`."""
    return device.startswith("CPU") or device.endswith("_Host")
