"""The command that builds llama.cpp anew with one backend more, and with all that it has.

pip replaces a build whole: what is not named again is gone.
"""

from __future__ import annotations

from collections.abc import Sequence

OPTIONS = {
    "CUDA": "GGML_CUDA",
    "ROCm": "GGML_HIP",
    "MUSA": "GGML_MUSA",
    "MTL": "GGML_METAL",
    "SYCL": "GGML_SYCL",
    "Vulkan": "GGML_VULKAN",
    "RPC": "GGML_RPC",
}
"""CMake's options, by the name that ggml gives a backend; the CPU needs none."""


def rebuild(version: str, backends: Sequence[str], wanted: str) -> str:
    """What adds `wanted` to a build of that version that has `backends`."""
    names = [name for name in dict.fromkeys((*backends, wanted)) if name in OPTIONS]
    options = " ".join(f"-D{OPTIONS[name]}=on" for name in names)
    release = version.partition("+")[0]  # of a wheel from elsewhere, the rest is unknown to PyPI
    return (
        f'CMAKE_ARGS="{options}" pip install --no-cache-dir --force-reinstall --no-deps'
        f" llama-cpp-python=={release}"
    )
