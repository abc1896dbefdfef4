"""Workplaces whose commands are shut in, as far as this machine can."""

import asyncio
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from agents.tools.bubblewrap import Bubblewrap
from agents.tools.limits import Limits
from agents.tools.process import Processes
from agents.tools.sandboxes import Found, find_sandbox
from agents.tools.workplace import Workplace

MIB = 1 << 20

SMALL = Limits(memory=200 * MIB, written=16 * MIB, file=8 * MIB, processes=150)
"""Reached quickly."""


@cache
def found() -> Found:
    """What this machine has."""
    return asyncio.run(find_sandbox(Processes()))


def needs_layers() -> None:
    """Skip a test where commands cannot be shut in with a layer to write into."""
    here = found()
    if here.sandbox is None or not here.sandbox.layered:
        pytest.skip(f"no sandbox with layers here: {here.text}")


def confined(workplace: Workplace, limits: Limits | None = None) -> Workplace:
    """The same workplace with the sandbox of this machine."""
    sandbox = found().sandbox
    if limits and isinstance(sandbox, Bubblewrap):
        sandbox = replace(sandbox, limits=limits)
    return replace(workplace, sandbox=sandbox)


def shell(script: str) -> list[str]:
    """A command that needs a shell."""
    return ["sh", "-c", script]


def texts(root: Path) -> dict[str, bytes]:
    """All files of a work tree but git's own, with what is in them."""
    files = (path for path in root.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {str(path.relative_to(root)): path.read_bytes() for path in files}
