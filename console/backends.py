"""Which backend this machine could use and its build of llama.cpp lacks, and what to type then.

A build is made anew with all that it has: pip replaces it whole.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agents.tools.process import CommandRunner
from models.rebuild import OPTIONS, rebuild

_OF_GPUS = OPTIONS.keys() - {"RPC"}


@dataclass(frozen=True)
class Hardware:
    """Signs of accelerators, seen without any of their libraries."""

    nvidia: bool = False
    render_node: bool = False
    """A GPU with an open driver, which Vulkan can use."""
    mac: bool = False


@dataclass(frozen=True)
class Lack:
    """A backend that would make use of what is there."""

    text: str
    hint: str


async def hardware(
    run: CommandRunner, root: Path = Path("/"), system: str = sys.platform
) -> Hardware:
    """What this machine seems to have; `root` is where `proc` and `dev` are."""
    nodes = root / "dev" / "dri"
    return Hardware(
        nvidia=(root / "proc" / "driver" / "nvidia").exists() or await _answers(run),
        render_node=any(nodes.glob("renderD*")),
        mac=system == "darwin",
    )


def lack_of(
    version: str, backends: Sequence[str], devices: Sequence[str], seen: Hardware
) -> Lack | None:
    """The first thing that is there in vain; `devices` are ggml's names, such as `CUDA0`."""
    if seen.mac and "MTL" not in backends:
        return _lack("a Mac's GPU is there, and this build has no Metal", version, backends, "MTL")
    if seen.nvidia and "CUDA" not in backends:
        text = "an NVIDIA device is there, and this build has no CUDA"
        return _lack(text, version, backends, "CUDA")
    if seen.nvidia and not any(name.startswith("CUDA") for name in devices):
        text = "an NVIDIA device is there, and this build's CUDA finds none"
        return Lack(text, "see what nvidia-smi says, and CUDA_VISIBLE_DEVICES")
    if seen.render_node and not _OF_GPUS & set(backends):
        text = "a GPU's render node is there, and this build has no Vulkan"
        return _lack(text, version, backends, "Vulkan")
    return None


def _lack(text: str, version: str, backends: Sequence[str], wanted: str) -> Lack:
    return Lack(text, rebuild(version, backends, wanted))


async def _answers(run: CommandRunner) -> bool:
    """Whether NVIDIA's own tool lists a device: where the driver is outside, as under WSL."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return False
    ran = await run((tool, "-L"), cwd=Path(tempfile.gettempdir()), timeout=30)
    return ran.exit_code == 0 and ran.stdout.startswith("GPU ")
