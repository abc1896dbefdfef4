"""On what was measured, and what the machine was doing."""

from __future__ import annotations

import os
import platform

from pydantic import BaseModel, ConfigDict

from models.cores import physical_cores
from models.llama import VERSION
from models.llama.backends import backends
from models.llama.devices import devices


class Surroundings(BaseModel):
    """The machine and the build."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    processor: str
    cores: int
    """Physical ones that this process may use."""
    system: str
    load: float | None
    """Programs that wanted to run in the last minute, on average; None where nobody counts."""
    llama_cpp_python: str
    backends: tuple[str, ...]
    """Of the build."""
    accelerators: tuple[str, ...]
    """Devices that layers can go to."""


def surroundings() -> Surroundings:
    """As they are now."""
    found = devices()
    processors = (device.description for device in found if device.kind == "cpu")
    return Surroundings(
        processor=next(processors, "").strip() or platform.processor() or "unknown",
        cores=physical_cores(),
        system=f"{platform.system()} {platform.machine()}",
        load=round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        llama_cpp_python=VERSION,
        backends=tuple(backends()),
        accelerators=tuple(
            f"{device.name} {device.description}".strip()
            for device in found
            if device.kind in ("gpu", "igpu")
        ),
    )
