"""The accelerators of this machine, asked for in a process that may die."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import models
from agents.tools.process import CommandRunner
from console.terminal import Terminal
from models.errors import ModelError

UNASKED = "no accelerator is counted, since llama.cpp did not say; see: cadre doctor"


async def cards(
    terminal: Terminal, run: CommandRunner, workers: Sequence[str] = ()
) -> list[tuple[str, int]]:
    """Each one's name and free bytes, those of RPC workers too; a ModelError where a worker does
    not answer."""
    script = Path(models.__file__).with_name("probe.py")
    argv = (sys.executable, "-P", str(script), *workers)
    ran = await run(argv, cwd=Path(tempfile.gettempdir()), timeout=30)
    try:
        told = json.loads(ran.stdout)
        if "refused" in told:
            raise ModelError(told["refused"], told["hint"])
        devices = [device for device in told["devices"] if device["kind"] == "gpu"]
        return [(str(device["name"]), int(device["free"])) for device in devices]
    except (ValueError, KeyError, TypeError):
        terminal.tell(UNASKED, "yellow")
        return []
