"""On what was measured, without a name or a path that is private to it."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.peers import version
from models.probe import probe


def describe(bench: Bench) -> dict[str, str]:
    """Processor, devices, versions, model; and how busy the machine was before."""
    llama = probe()
    devices = (f"{device['name']} ({device['description'].strip()})" for device in llama["devices"])
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores, {platform.machine()}",
        "devices": ", ".join(devices),
        "system": f"{platform.system()}, Python {platform.python_version()}",
        "llama-cpp-python": f"{llama['version']}, {llama['features'].strip()}",
        "model": bench.model.name,
        "threads": str(bench.threads),
        "GPU layers": "all that fit" if bench.gpu_layers is None else str(bench.gpu_layers),
        "load before": f"{os.getloadavg()[0]:.2f}",
        **({} if bench.peers is None else {"llama-server": version(bench.peers)}),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or "unknown")
