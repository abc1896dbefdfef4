"""Connections that notice when the machine at the other end has gone.

llama.cpp opens its RPC connections itself, and waits on them for ever. The options of a socket
belong to the connection: they can be set through a copy of the descriptor.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator

_OPTIONS = {"TCP_KEEPIDLE": 15, "TCP_KEEPALIVE": 15, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}
"""Seconds of silence, seconds between questions, questions; under the names of Linux and macOS."""


def keep_alive(connection: socket.socket) -> None:
    """Half a minute of silence from the other machine's system ends the connection. A program that
    computes for long is not silent in that sense. What a listener accepts inherits it."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _OPTIONS.items():
        if option := getattr(socket, name, None):
            connection.setsockopt(socket.IPPROTO_TCP, option, value)


def connected_to(endpoint: str) -> Iterator[socket.socket]:
    """This process's connections to `endpoint`, numbers as in "127.0.0.1:50052"."""
    host, _, port = endpoint.rpartition(":")
    for one in _sockets():
        with contextlib.suppress(OSError):
            if one.getpeername() == (host, int(port)):
                yield one


def listening_at(host: str, port: int) -> Iterator[socket.socket]:
    """This process's listener there, if it has one."""
    for one in _sockets():
        with contextlib.suppress(OSError):
            listens = one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
            if listens and one.getsockname() == (host, port):
                yield one


def _sockets() -> Iterator[socket.socket]:
    """A copy of each socket of this process, closed again afterwards."""
    for name in os.listdir("/dev/fd"):  # noqa: PTH208 - a Path would look at what is gone already
        with contextlib.ExitStack() as copies, contextlib.suppress(OSError):
            copy = os.dup(int(name))
            copies.callback(os.close, copy)
            one = socket.socket(fileno=copy)
            copies.callback(one.detach)
            yield one
