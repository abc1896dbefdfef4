"""The one way to run a command that a repository or a model chose: shut in, or not at all.

Where there is no sandbox, nothing runs unless the user said so beforehand. Our own programs (git,
the checkers) are started by `Workplace.run` instead.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from agents.tools.hidden import hidden_in
from agents.tools.process import CANNOT_START, Ran
from agents.tools.toolchain import variables
from agents.tools.workplace import Workplace


async def run_confined(
    workplace: Workplace,
    command: Sequence[str],
    *,
    timeout: float,  # noqa: ASYNC109 - the process is what must end
    write: bool = False,
    network: bool = False,
    max_bytes: int = 1_000_000,
) -> Ran:
    """Run a command in the repository's root; 126 where it could not be shut in.

    `write`: what it changes in the repository stays. `network`: it may reach out. Both must have
    been approved before.
    """
    try:
        argv = await _argv(workplace, command, write, network)
    except (OSError, ValueError) as error:
        return Ran(tuple(command), CANNOT_START, stderr=f"not run: {error}")
    limit = min(timeout, workplace.longest_seconds)
    ran = await workplace.run(argv, cwd=workplace.root, timeout=limit, max_bytes=max_bytes)
    return replace(ran, argv=tuple(command))


async def _argv(
    workplace: Workplace, command: Sequence[str], write: bool, network: bool
) -> list[str]:
    if workplace.sandbox is None and not workplace.unconfined:
        raise OSError(f"there is no sandbox for commands here: {workplace.no_sandbox}")
    if workplace.sandbox is None:
        environment = variables(workplace.root, network=True)
        return ["env", "-i", *(f"{k}={v}" for k, v in environment.items()), *command]
    hidden = await hidden_in(workplace)
    return await asyncio.to_thread(
        workplace.sandbox.argv,
        command,
        workplace.root,
        write=write,
        network=network,
        hidden=hidden,
    )
