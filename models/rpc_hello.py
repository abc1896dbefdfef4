"""The first words of llama.cpp's RPC protocol, said here before llama.cpp says them.

llama.cpp aborts the process where nobody listens or something else does, and it waits for ever
where a worker serves somebody else: a worker has one client at a time. So each is greeted first, in
bounded time. The words are those of `ggml-rpc.cpp`: a command's number, a size, so many bytes.
Versions are not compared: llama.cpp does that, and it alone knows its own.
"""

from __future__ import annotations

import socket
import struct
import time

from models.errors import ModelError

SECONDS = 5.0
"""So long a worker may take to be reached, and as long to answer."""

_COMMAND, _CAPABILITIES = 14, 24
_HELLO = struct.pack(f"<BQ{_CAPABILITIES}x", _COMMAND, _CAPABILITIES)
_ANSWER = struct.Struct(f"<Q4B{_CAPABILITIES}x")
_LAST_PORT = 65535
_FORM = "name it as HOST:PORT, such as 192.168.1.20:50052"


def endpoint_of(address: str) -> str:
    """`HOST:PORT` as numbers, so that a worker has one name; a ModelError where it is none."""
    host, _, port = address.strip().rpartition(":")
    if not host or not (port.isascii() and port.isdecimal()):
        raise ModelError(f"{address!r} is no RPC worker", _FORM)
    if len(port) > len(str(_LAST_PORT)) or not 0 < int(port) <= _LAST_PORT:
        raise ModelError(f"no RPC worker at {address}: there is no such port", _FORM)
    if ":" in host:
        raise ModelError(f"no RPC worker at {address}: llama.cpp's RPC speaks IPv4 alone", _FORM)
    try:
        found = socket.getaddrinfo(host, int(port), socket.AF_INET, socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _nobody(address, _reason(error)) from error
    return f"{found[0][4][0]}:{int(port)}"


def greet(endpoint: str) -> None:
    """Return where a worker answers at once; a ModelError where none does."""
    host, _, port = endpoint.rpartition(":")
    try:
        connection = socket.create_connection((host, int(port)), SECONDS)
    except OSError as error:
        raise _nobody(endpoint, _reason(error)) from error
    with connection:
        try:
            connection.sendall(_HELLO)
            answer = _received(connection, _ANSWER.size)
        except TimeoutError as error:
            raise busy(endpoint) from error
        except OSError as error:
            raise _stranger(endpoint) from error
    if len(answer) < _ANSWER.size or _ANSWER.unpack(answer)[0] != _ANSWER.size - 8:
        raise _stranger(endpoint)


def busy(endpoint: str) -> ModelError:
    """It listens and says nothing."""
    return ModelError(
        f"the RPC worker at {endpoint} does not answer: it serves another program, or it hangs",
        "end the other program, or start a second worker: cadre worker --port PORT",
    )


def _received(connection: socket.socket, size: int) -> bytes:
    """So many bytes, or fewer where the other side ends; TimeoutError where it takes too long."""
    answer, until = b"", time.monotonic() + SECONDS
    while len(answer) < size:
        connection.settimeout(max(until - time.monotonic(), 0.001))
        more = connection.recv(size - len(answer))
        if not more:
            break
        answer += more
    return answer


def _nobody(address: str, why: str) -> ModelError:
    return ModelError(f"no RPC worker at {address}: {why}", "start it there: cadre worker")


def _stranger(endpoint: str) -> ModelError:
    return ModelError(
        f"what listens at {endpoint} is no RPC worker of this llama.cpp",
        "install the same llama-cpp-python on both machines, and start there: cadre worker",
    )


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it cannot be reached"
    return (getattr(error, "strerror", None) or str(error)).lower()
