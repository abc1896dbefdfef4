"""Lines of a stdin that is no terminal, read so that Ctrl-C is heard while none comes."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from collections.abc import AsyncIterator


async def piped_lines() -> AsyncIterator[str]:
    """Each line as it comes. A file is read at once; a pipe is waited for by the event loop."""
    if not _can_wait():
        for line in sys.stdin:
            yield line
        return
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line_read := await reader.readline():
        yield line_read.decode("utf-8", "replace")


def _can_wait() -> bool:
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return False  # no file behind it, as under a test
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or sys.stdin.isatty()
