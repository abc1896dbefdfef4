"""How a `Loading` becomes llama.cpp's model parameters."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import llama_cpp as lib

from models.errors import ModelError
from models.llama import ggml
from models.llama.devices import accelerators, device_named
from models.loading import Loading

_SPLITS = {
    "none": lib.LLAMA_SPLIT_MODE_NONE,
    "layer": lib.LLAMA_SPLIT_MODE_LAYER,
    "row": lib.LLAMA_SPLIT_MODE_ROW,
}


class _Override(ctypes.Structure):
    """`llama_model_tensor_buft_override`, which the bindings leave out."""

    _fields_ = (("pattern", ctypes.c_char_p), ("buffer_type", ctypes.c_void_p))


def model_params(
    loading: Loading, on_progress: Callable[[float], None] | None
) -> tuple[Any, tuple[object, ...]]:  # Any: a structure of the bindings
    """The parameters, and what must stay referenced while the model lives.

    ModelError where `loading` asks for accelerators that are not there.
    """
    params = lib.llama_model_default_params()
    params.n_gpu_layers = -1 if loading.gpu_layers is None else loading.gpu_layers
    params.split_mode, params.main_gpu = _SPLITS[loading.split], loading.main_gpu
    params.load_mode = _load_mode(loading)
    kept = _devices(loading), _shares(loading), _overrides(loading)
    devices, shares, overrides = kept
    params.devices = devices and ctypes.addressof(devices)
    params.tensor_split = shares
    params.tensor_buft_overrides = overrides and ctypes.addressof(overrides)
    if on_progress is not None:
        params.progress_callback = _progress(on_progress)
    return params, kept


def _load_mode(loading: Loading) -> int:
    match loading.mmap, loading.mlock:
        case True, True:
            mode = lib.LLAMA_LOAD_MODE_MMAP_MLOCK
        case True, False:
            mode = lib.LLAMA_LOAD_MODE_AUTO  # maps, unless a device cannot
        case False, True:
            mode = lib.LLAMA_LOAD_MODE_MLOCK
        case _:
            mode = lib.LLAMA_LOAD_MODE_NONE
    return int(mode)


def _devices(loading: Loading) -> ctypes.Array[ctypes.c_void_p] | None:
    """The chosen ones, and NULL; None leaves the choice to llama.cpp."""
    if not loading.devices:
        return None
    handles = [device_named(name).handle for name in loading.devices]
    return (ctypes.c_void_p * (len(handles) + 1))(*handles, None)


def _shares(loading: Loading) -> ctypes.Array[ctypes.c_float] | None:
    """A share for each device that there could be."""
    shares = loading.tensor_split
    if not shares:
        return None
    there = len(loading.devices or accelerators())
    if len(shares) > there:
        raise ModelError(
            f"tensor_split has {len(shares)} shares for {there} accelerators",
            "name a share for each accelerator, or none; see: cadre doctor",
        )
    room: int = lib.llama_max_devices()
    return (ctypes.c_float * room)(*shares)


def _overrides(loading: Loading) -> ctypes.Array[_Override] | None:
    """Experts of the first layers to the CPU, and the entry that ends the list."""
    if not loading.cpu_expert_layers:
        return None
    layers = "|".join(map(str, range(loading.cpu_expert_layers)))
    experts = rf"^blk\.({layers})\.ffn_(up|down|gate|gate_up)_(ch)?exps"
    override = _Override(experts.encode(), ggml.dev_buffer_type(ggml.cpu()))
    return (_Override * 2)(override, _Override())


def _progress(report: Callable[[float], None]) -> Any:  # Any: a ctypes function object
    def on_progress(fraction: float, _: ctypes.c_void_p) -> bool:
        report(fraction)
        return True

    return lib.llama_progress_callback(on_progress)
