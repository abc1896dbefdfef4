"""What a failed request means: how long to wait before the next, or what to tell.

Nothing of what the server wrote is repeated, and never a token.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from models.errors import CadreError, ModelError, RunError
from models.hub.place import Patience

if TYPE_CHECKING:
    from httpx2 import Response

_BRIEFLY_AWAY = frozenset({408, 500, 502, 503, 504})
_LONGEST_PAUSE = 30.0
"""Seconds that a server which is not well is left alone, whatever it asks for."""

_TOKEN = "set HF_TOKEN to one that may read it, or type: hf auth login"
_NETWORK = "check the network and HF_ENDPOINT; what is on disk works without: cadre models list"


class CutShort(OSError):
    """An answer ended before the file did."""


def pause(error: Exception, attempt: int, patience: Patience) -> float | None:
    """Seconds until it is worth asking again after so many failures; None where it is not."""
    from httpx2 import NetworkError as Unreached
    from httpx2 import RemoteProtocolError, TimeoutException

    backoff: float = patience.first_wait * 2 ** (attempt - 1)
    if attempt >= patience.tries:
        return None
    if isinstance(error, (CutShort, RemoteProtocolError, TimeoutException, Unreached)):
        return backoff
    response = _response(error)
    if response is None:
        return None
    asked = retry_after(response.headers, time.time())
    if response.status_code == 429:
        wait = backoff if asked is None else asked
        return wait if wait <= patience.longest_wait else None
    if response.status_code in _BRIEFLY_AWAY:
        return max(backoff, min(asked or 0.0, _LONGEST_PAUSE))
    return None


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that the server asks for, as a number, a date or the hub's own header; else None."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (TypeError, ValueError, OverflowError):
        from huggingface_hub.utils import parse_ratelimit_headers  # type: ignore[attr-defined]  # lazily

        limit = parse_ratelimit_headers(headers)
        return float(limit.reset_in_seconds) if limit and not limit.remaining else None


def why(error: Exception) -> str:
    """A failure that is waited out, in a few words."""
    from httpx2 import ReadError, RemoteProtocolError

    response = _response(error)
    if response is not None and response.status_code == 429:
        return "the hub's rate limit is reached"
    if response is not None:
        return f"the hub answers {response.status_code}"
    cut = isinstance(error, (CutShort, ReadError, RemoteProtocolError))
    return "the connection was cut" if cut else "the hub does not answer"


def explained(error: Exception, what: str, repository: str) -> CadreError:
    """The error to raise; `what` was asked for."""
    from httpx2 import HTTPError, ReadError, RemoteProtocolError, TooManyRedirects
    from huggingface_hub import errors

    match error:
        case errors.OfflineModeIsEnabled():
            return offline(what)
        case errors.GatedRepoError():
            return ModelError(
                f"{repository} is gated: its owners let in only those who asked them",
                f"ask for access on its page; then {_TOKEN}",
            )
        case errors.RepositoryNotFoundError():
            return ModelError(
                f"the hub has no repository {repository}, or it is private",
                f"check the name; for a private one {_TOKEN}",
            )
        case errors.EntryNotFoundError() | errors.RevisionNotFoundError():
            return ModelError(f"the hub has no {what} any more", "pull again for what it has now")
        case TooManyRedirects():
            return RunError(f"the hub sends one round in circles ({what})", "check HF_ENDPOINT")
        case CutShort() | ReadError() | RemoteProtocolError():
            return RunError(
                f"the hub breaks off again and again ({what})",
                "what came is kept: pull again to go on",
            )
        case errors.HfHubHTTPError():
            return _refused(error.response.status_code, what, repository)
        case HTTPError() | OSError():
            return RunError(f"the hub cannot be reached ({what})", _NETWORK)
        case _:
            return RunError(f"the server's answer is not of the hub's form ({what})", _NETWORK)


def offline(what: str) -> ModelError:
    """That nothing may be fetched."""
    return ModelError(
        f"HF_HUB_OFFLINE is set, and {what} is not on disk",
        "unset HF_HUB_OFFLINE to fetch it, or see what is on disk: cadre models list",
    )


def unwritable(error: OSError) -> ModelError:
    """That the cache cannot be written to."""
    return ModelError(
        f"cannot write to the hub's cache: {error.strerror or error}",
        "free some space there, or set HF_HUB_CACHE to another folder",
    )


def _refused(status: int, what: str, repository: str) -> CadreError:
    match status:
        case 401:
            return ModelError(f"the hub does not accept the token ({repository})", _TOKEN)
        case 403:
            return ModelError(f"the token may not read {repository}", _TOKEN)
        case 404 | 410:
            return ModelError(f"the hub has no {what}", "check the name, and HF_ENDPOINT")
        case 429:
            return RunError(
                f"the hub's rate limit is used up ({what})",
                f"try again in some minutes; with a token the limit is higher: {_TOKEN}",
            )
        case _ if status >= 500:
            return RunError(f"the hub is not well: it answers {status} ({what})", "try again later")
        case _:
            return RunError(f"the hub answers {status} ({what})", _NETWORK)


def _response(error: Exception) -> Response | None:
    """The answer that an error stands for, where there was one."""
    from huggingface_hub.errors import HfHubHTTPError

    return error.response if isinstance(error, HfHubHTTPError) else None
