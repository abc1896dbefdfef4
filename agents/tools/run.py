"""The tool that runs a command in the repository: an argv, never a shell."""

import shlex

from pydantic import Field

from agents.tools.process import Ran
from agents.tools.tool import Arguments, Kind, Result, Tool
from agents.tools.workplace import Workplace

SHELL_WORDS = frozenset({"|", "||", "&", "&&", ";", ">", ">>", "<", "<<", "2>", "2>&1", "&>"})


class Run(Arguments):
    """Run one command (tests, linters) in the repository root. No shell: no pipes, no &&."""

    command: str | list[str]
    seconds: int = Field(default=120, ge=1, le=600)
    """time limit"""


def words(command: str | list[str]) -> list[str]:
    """The argv; ValueError with a sentence that the model can act on."""
    argv = shlex.split(command) if isinstance(command, str) else list(command)
    if not argv or not argv[0]:
        raise ValueError("the command is empty")
    if any("\0" in word for word in argv):
        raise ValueError("the command has a NUL character in it")
    shell = [word for word in argv if word in SHELL_WORDS]
    if shell and isinstance(command, str):
        raise ValueError(f"there is no shell here, so {shell[0]!r} cannot work; run one command")
    return argv


async def _run(workplace: Workplace, arguments: Run) -> Result:
    try:
        argv = words(arguments.command)
    except ValueError as error:
        return Result(f"not run: {error}", exit_code=2)
    limit = min(arguments.seconds, workplace.longest_seconds)
    ran = await workplace.run(argv, cwd=workplace.root, timeout=limit)
    return Result(_said(ran, workplace), ran.exit_code, ran.seconds)


def _said(ran: Ran, workplace: Workplace) -> str:
    """What it printed; paths in the repository become relative to its root."""
    said = ran.output.replace(f"{workplace.root}/", "")
    return said or f"(no output, exit code {ran.exit_code})"


RUN = Tool("run", Kind.RUN, Run, _run)
