"""What a log tells, by the triage of `agents.logs`."""

import asyncio
from collections.abc import Sequence
from pathlib import Path


async def triaged(path: Path, names: Sequence[str]) -> str:
    """The log's failing step, first error and likely cause, in lines."""
    from agents.logs.source import triage_file
    from agents.logs.telling import told

    return told(await asyncio.to_thread(triage_file, path, names))
