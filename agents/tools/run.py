"""The tool that runs a command in the repository: an argv, never a shell, and always shut in."""

import re
import shlex
from pathlib import PurePath

from pydantic import Field

from agents.tools.confined import run_confined
from agents.tools.policy import is_secret
from agents.tools.process import Ran
from agents.tools.tool import Arguments, Kind, Result, Tool
from agents.tools.workplace import Workplace

SHELL_WORDS = frozenset({"|", "||", "&", "&&", ";", ">", ">>", "<", "<<", "2>", "2>&1", "&>"})


class Run(Arguments):
    """Run one command (tests, linters) in the repository root. No shell: no pipes, no &&."""

    command: str | list[str]
    seconds: int = Field(default=120, ge=1, le=600)
    """time limit"""
    write: bool = False
    """keep what it changes here"""
    network: bool = False


def words(command: str | list[str]) -> list[str]:
    """The argv; ValueError with a sentence that the model can act on."""
    argv = shlex.split(command) if isinstance(command, str) else list(command)
    if not argv or not argv[0]:
        raise ValueError("the command is empty")
    if "=" in argv[0] or argv[0].startswith("-"):
        raise ValueError(f"{argv[0]!r} is no program; variables cannot be set before it")
    if any("\0" in word for word in argv):
        raise ValueError("the command has a NUL character in it")
    shell = [word for word in argv if word in SHELL_WORDS]
    if shell and isinstance(command, str):
        raise ValueError(f"there is no shell here, so {shell[0]!r} cannot work; run one command")
    return argv


def shown(arguments: Run) -> str:
    """The command in one line, with what it may do; also one that is not valid."""
    command = arguments.command
    line = command if isinstance(command, str) else shlex.join(command)
    grants = {"with the network": arguments.network, "keeping its changes": arguments.write}
    granted = " and ".join(grant for grant, given in grants.items() if given)
    return f"({granted}) {line}" if granted else line


async def _run(workplace: Workplace, arguments: Run) -> Result:
    try:
        argv = words(arguments.command)
    except ValueError as error:
        return Result(f"not run: {error}", exit_code=2)
    ran = await run_confined(
        workplace,
        argv,
        timeout=arguments.seconds,
        write=arguments.write,
        network=arguments.network,
    )
    return Result(_said(ran, workplace), ran.exit_code, ran.seconds)


def _said(ran: Ran, workplace: Workplace) -> str:
    """What it printed; paths in the repository become relative to its root."""
    said = ran.output.replace(f"{workplace.root}/", "")
    return said or f"(no output, exit code {ran.exit_code})"


def _acts(arguments: Run) -> Kind:
    return Kind.NETWORK if arguments.network else Kind.RUN


def _secrets(arguments: Run) -> list[str]:
    """Files that the command names and that may hold secrets, also as `--option=FILE`."""
    try:
        argv = words(arguments.command)
    except ValueError:
        return []
    named = (part for word in argv for part in re.split("[=:,@]", word))
    return [part for part in named if set("./") & set(part) and is_secret(PurePath(part))]


RUN = Tool("run", Kind.RUN, Run, _run, touches=_secrets, acts=_acts)
