"""The tool that reads a pipeline's log for a specialist."""

import asyncio
from pathlib import Path

from agents.logs.source import triage_file
from agents.logs.telling import findings, told
from agents.logs.triage import Triage
from agents.tools.excerpt import plain
from agents.tools.listing import list_names
from agents.tools.tool import Arguments, Kind, Result, Tool
from agents.tools.workplace import Workplace


class ReadLog(Arguments):
    """Find the failing step and the first real error in a CI log."""

    path: str
    """log file, or a folder or zip of logs"""


async def _read_log(workplace: Workplace, arguments: ReadLog) -> Result:
    path = workplace.resolve(arguments.path)
    try:
        names = await list_names(workplace)
        found = await asyncio.to_thread(_read, path, names)
    except OSError as error:
        return Result(f"{arguments.path} cannot be read: {error.strerror or error}", exit_code=1)
    return Result(plain(told(found)), findings=findings(found))


def _read(path: Path, names: tuple[str, ...]) -> Triage:
    return triage_file(path, names)


READ_LOG = Tool("read_log", Kind.READ, ReadLog, _read_log, paths=("path",))
