"""What went wrong below HTTP, in words."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import httpx

from models.errors import GenerationError, ModelError
from models.remote.refusals import Asked
from models.remote.trouble import Again, Trouble

_LOG = "look at the server's own log"


def broken(error: httpx.HTTPError, asked: Asked, *, answered: bool) -> Trouble:
    """The trouble behind an error of httpx; `answered`: the server has answered before."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError):
        return _unreached(error, asked, answered=answered)
    if isinstance(
        error, httpx.DecodingError | httpx.UnsupportedProtocol | httpx.LocalProtocolError
    ):
        message = f"{asked.name} and we do not understand each other: {type(error).__name__}"
        return Trouble(ModelError(message, "look at the address"))
    return broke_off(asked)


def broke_off(asked: Asked) -> Trouble:
    """That an answer ended before its end."""
    error = GenerationError(f"{asked.name} broke off in the middle of its answer", _LOG)
    return Trouble(error, Again.SOON)


def late(asked: Asked, *, begun: bool) -> Trouble:
    """That no token comes: in the middle of an answer, or at its beginning."""
    patience = asked.endpoint.patience
    if begun:
        message = f"{asked.name} stopped in the middle: no token for {patience.next_token:g} s"
        return Trouble(GenerationError(message, _LOG), Again.SOON)
    return Trouble(
        GenerationError(
            f"{asked.name} gave no token within {patience.first_token:g} s",
            "it may be busy: raise first_token in the endpoint's patience, or ask less at a time",
        ),
        Again.ELSEWHERE,
    )


def _unreached(error: httpx.HTTPError, asked: Asked, *, answered: bool) -> Trouble:
    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        hint = "name its certificate authority in SSL_CERT_FILE, or look at the address"
        return Trouble(ModelError(f"the certificate of {asked.name} is not trusted", hint))
    message = f"{asked.name} cannot be reached: {_why(error, causes)}"
    if answered:
        return Trouble(GenerationError(message, "start the server again"), Again.SOON)
    hint = "start a server there, such as llama-server, or look at the address"
    return Trouble(ModelError(message, hint), Again.SOON)


def _why(error: httpx.HTTPError, causes: list[BaseException]) -> str:
    if isinstance(error, httpx.ConnectTimeout):
        return "it does not answer"
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return "the host's name is not known"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return "nothing listens there"
    if isinstance(error, httpx.ProxyError):
        return "the proxy does not let it through"
    return next(
        (c.strerror for c in causes if isinstance(c, OSError) and c.strerror), "no way there"
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and everything behind it."""
    waiting, seen = [error], set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [cause for cause in (one.__cause__, one.__context__) if cause is not None]
        waiting += one.exceptions if isinstance(one, BaseExceptionGroup) else ()
