"""Which sandbox this machine has; where there is none, why, and what to install."""

import sys
from dataclasses import dataclass

from agents.tools import bubblewrap, seatbelt
from agents.tools.process import CommandRunner
from agents.tools.sandbox import Sandbox
from agents.tools.trial import fault


@dataclass(frozen=True)
class Found:
    """The sandbox of this machine, or why there is none."""

    sandbox: Sandbox | None
    text: str
    """What works, or what does not."""
    hint: str = ""
    """What to type where it does not."""


async def find_sandbox(run: CommandRunner) -> Found:
    """The best one that works here; each is tried, which takes some hundredths of a second."""
    kind = seatbelt if sys.platform == "darwin" else bubblewrap
    candidates = await kind.candidates(run)
    if isinstance(candidates, str):
        return Found(None, candidates, kind.hint())
    reason: str | None = ""
    for sandbox in candidates:
        reason = await fault(run, sandbox)
        if reason is None:
            return Found(sandbox, sandbox.name)
    return Found(None, f"{candidates[-1].name} does not work here: {reason}", kind.hint())
