"""The one thread on which calls to servers run, with an event loop of its own.

So that a call can be read from any thread and any event loop, and that closing it ends its request
at once; the server then stops computing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Future
from functools import cached_property
from threading import Lock, Thread
from typing import Any, TypeVar

import httpx

from models.remote.place import Place

T = TypeVar("T")

_HERE = ("localhost", "127.0.0.1", "[::1]")
"""Hosts that no proxy reaches."""


class Wire:
    """An event loop in a thread, a client, and what is known of each address."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._places: dict[str, Place] = {}
        Thread(target=self._loop.run_forever, name="cadre-wire", daemon=True).start()

    def start(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run `work` there; cancelling what is returned cancels it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def place(self, url: str) -> Place:
        """What is known of an address; on the wire's thread only."""
        return self._places.setdefault(url, Place(url))

    @cached_property
    def client(self) -> httpx.AsyncClient:
        """Made at the first call, on the wire's thread only. No connection is kept: a new one costs
        nothing beside an answer, and a kept one may have died with its server."""
        return httpx.AsyncClient(
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
            headers={"User-Agent": "cadre"},
            mounts={f"all://{host}": None for host in _HERE},
            follow_redirects=False,
        )


_lock = Lock()
_wires: list[Wire] = []


def wire() -> Wire:
    """The process's own, made when it is first asked for."""
    with _lock:
        if not _wires:
            _wires.append(Wire())
        return _wires[0]
