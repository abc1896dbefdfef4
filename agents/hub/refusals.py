"""What a server's refusal means: how long to wait, or what to tell. Pure.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api says which header
counts: Retry-After first, then X-RateLimit-Reset where nothing remains, else a minute.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from agents.hub.errors import HubError
from agents.tools.excerpt import clip_line, plain

Headers = Mapping[str, Any]  # Any: as PyGithub types them; names are in lower case

BRIEFLY_AWAY = frozenset({500, 502, 503, 504})

MINUTE = 60.0


def limited(status: int, headers: Headers, message: str, now: float) -> float | None:
    """Seconds until a rate limit ends; None where the answer is no rate limit."""
    if status not in {403, 429}:
        return None
    if (after := retry_after(headers, now)) is not None:
        return after
    if str(headers.get("x-ratelimit-remaining", "")) == "0":
        reset = _number(headers.get("x-ratelimit-reset"))
        return MINUTE if reset is None else max(1.0, reset - now + 1)
    return MINUTE if status == 429 or "rate limit" in message.lower() else None


def retry_after(headers: Headers, now: float) -> float | None:
    """Seconds that the server asks for, as a number or a date; None where it asks for none."""
    text = str(headers.get("retry-after", "")).strip()
    if (seconds := _number(text)) is not None:
        return max(0.0, seconds)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (TypeError, ValueError, OverflowError):
        return None


def too_long(seconds: float, now: float) -> HubError:
    """That a rate limit is not waited for, and until when it lasts."""
    try:
        until = datetime.fromtimestamp(now + seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        until = "a time far away"
    return HubError(f"GitHub's rate limit is used up until {until}", "try again after that")


def refused(status: int, headers: Headers, data: object, what: str) -> HubError:
    """The error of an answer with this status; `what` is what was asked for."""
    said = message_of(data)
    quoted = f': "{said}"' if said else ""
    match status:
        case 401:
            return HubError(
                f"GitHub does not accept the token{quoted}",
                "it may have expired; make a new one and set GITHUB_TOKEN",
            )
        case 403 if "x-github-sso" in headers:
            return HubError(
                f"the token is not authorized for the organization's single sign-on ({what})",
                "authorize it in GitHub's settings, under the token's SSO",
            )
        case 403:
            return HubError(f"the token may not do that ({what}){quoted}", _needed(headers))
        case 404:
            return HubError(
                f"there is no {what}, or the token may not see it",
                _needed(headers),
            )
        case 410:
            return HubError(f"{what} is gone or switched off{quoted}")
        case 422:
            return HubError(f"GitHub does not take that ({what}){quoted}{_faults(data)}")
        case _ if status >= 500:
            return HubError(f"GitHub is not well: it answers {status} ({what})", "try again later")
        case _:
            return HubError(f"GitHub answers {status} ({what}){quoted}")


def message_of(data: object) -> str:
    """What the server says, in one line."""
    message = data.get("message") if isinstance(data, dict) else None
    return clip_line(plain(message).replace("\n", " "), 200) if isinstance(message, str) else ""


def _needed(headers: Headers) -> str:
    """Which rights the answer says that it takes; each kind of token has a header of its own."""
    permissions = str(headers.get("x-accepted-github-permissions", "")).strip()
    scopes = str(headers.get("x-accepted-oauth-scopes", "")).strip()
    needed = clip_line(plain(permissions or scopes).replace("\n", " "), 120)
    return f"the token needs {needed}" if needed else "give the token access to this repository"


def _faults(data: object) -> str:
    errors = data.get("errors") if isinstance(data, dict) else None
    told = [_fault(error) for error in errors[:5]] if isinstance(errors, list) else []
    return f": {'; '.join(filter(None, told))}" if any(told) else ""


def _fault(error: object) -> str:
    if isinstance(error, str):
        return clip_line(plain(error), 200)
    if not isinstance(error, dict):
        return ""
    message = error.get("message") or f"{error.get('field', '')} {error.get('code', '')}".strip()
    return clip_line(plain(str(message)).replace("\n", " "), 200)


def _number(value: object) -> float | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if abs(number) < 1e12 else None
