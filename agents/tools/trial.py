"""Whether a sandbox works on this machine: it is tried on an empty folder before it is believed."""

import tempfile
from pathlib import Path

from agents.tools.process import CommandRunner
from agents.tools.sandbox import Sandbox

SECONDS = 20


async def fault(run: CommandRunner, sandbox: Sandbox) -> str | None:
    """What goes wrong in it, in the tool's own words; None where it does what it should."""
    with tempfile.TemporaryDirectory(prefix="cadre-", ignore_cleanup_errors=True) as folder:
        root = Path(folder).resolve()
        script = "echo x > written" if sandbox.layered else ":"
        argv = sandbox.argv(["sh", "-c", script], root, write=False, network=False)
        ran = await run(argv, cwd=root, timeout=SECONDS)
        if ran.exit_code:
            lines = ran.output.strip().splitlines()
            return lines[0] if lines else f"it ends with {ran.exit_code}"
        return "what is written inside stays" if any(root.iterdir()) else None
