"""The log of a job: fetched into a file of its own, however long it is, and triaged there.

GitHub answers with the address of a store; no token goes to it.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from agents.hub.errors import HubError
from agents.hub.place import Place
from agents.hub.server import Server

LONGEST = 400_000_000
"""Bytes of a log; what comes after is left out."""

SECONDS = 180.0

Triage = Callable[[Path, Sequence[str]], Awaitable[str]]
"""Says what a log tells: the file, and the names of the repository's files."""


@asynccontextmanager
async def job_log(server: Server, place: Place, job: int) -> AsyncIterator[Path]:
    """The job's log as a file, which is gone afterwards; HubError where it cannot be had."""
    url = await server.leads_to(place.path(f"actions/jobs/{job}/logs"), f"log of job {job}")
    if urlsplit(url).scheme not in {"https", urlsplit(server.account.base_url).scheme}:
        raise HubError("GitHub sends one to an address of another kind for the log")
    with tempfile.TemporaryDirectory(prefix="cadre-log-") as folder:
        path = Path(folder) / "job.log"
        await asyncio.to_thread(_fetch, url, path, server.account.patience.seconds)
        yield path


def _fetch(url: str, path: Path, seconds: int) -> None:
    from requests.exceptions import RequestException

    from agents.hub.connection import download

    ends = time.monotonic() + SECONDS
    size = 0
    try:
        with download(url, seconds) as pieces, path.open("wb") as file:
            for piece in pieces:
                file.write(piece[: LONGEST - size])
                size += len(piece)
                if size >= LONGEST or time.monotonic() > ends:
                    break
    except (RequestException, OSError) as error:
        # Its text would hold the address, which is signed and so a secret for a while.
        said = str(error) if type(error) is OSError else type(error).__name__
        raise HubError(f"the log cannot be fetched: {said}", "it may have expired") from None
