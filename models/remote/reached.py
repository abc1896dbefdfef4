"""Whether the servers of an endpoint answer, and with which models: for `cadre doctor`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import httpx

from models.errors import CadreError
from models.remote.asking import Asking
from models.remote.broken import broken, late
from models.remote.endpoint import Endpoint
from models.remote.key import Key
from models.remote.refusals import Asked, model_at
from models.remote.trouble import Trouble
from models.remote.wire import Wire, wire


@dataclass(frozen=True)
class Reached:
    """One server, asked once."""

    url: str
    models: tuple[str, ...] = ()
    """Those that it lists; empty where it has no list."""
    error: CadreError | None = None
    """Why it cannot be used."""


def reach(endpoint: Endpoint, seconds: float = 10.0) -> list[Reached]:
    """Each server of `endpoint`, in order, asked at the same time and within so many seconds."""
    try:
        key = Key(endpoint)
    except CadreError as error:
        return [Reached(url, error=error) for url in endpoint.urls]
    line = wire()
    asked = [Asked(url, endpoint, key) for url in endpoint.urls]
    return line.start(_all(line, asked, seconds)).result()


async def _all(line: Wire, asked: list[Asked], seconds: float) -> list[Reached]:
    return list(await asyncio.gather(*(_one(line, one, seconds) for one in asked)))


async def _one(line: Wire, asked: Asked, seconds: float) -> Reached:
    try:
        async with asyncio.timeout(seconds):
            names = await Asking(line.client, asked).names()
        model_at(asked, names)
    except TimeoutError:
        return Reached(asked.name, error=late(asked, begun=False).error)
    except httpx.HTTPError as failure:
        return Reached(asked.name, error=broken(failure, asked, answered=False).error)
    except Trouble as trouble:
        return Reached(asked.name, error=trouble.error)
    except CadreError as error:
        return Reached(asked.name, names, error)
    return Reached(asked.name, names)
