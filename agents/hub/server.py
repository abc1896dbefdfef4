"""Asks one GitHub server: one request at a time, with patience, pages, redirects and a memory.

PyGithub is synchronous, so it runs in a thread. What was read before is asked for again by its
ETag; an answer 304 costs nothing of the rate limit. A request that may have changed something is
repeated only where the server has said that it was not taken.
"""

import asyncio
import json
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ValidationError

from agents.hub.account import Account
from agents.hub.errors import HubError
from agents.hub.refusals import BRIEFLY_AWAY, Headers, limited, message_of, refused, retry_after
from agents.hub.refusals import too_long as limit_error

if TYPE_CHECKING:
    from github.Requester import Requester

REMEMBERED = 200
"""Answers that are kept with their ETags."""

REDIRECTS = 3

_PORTS = {"https": 443, "http": 80}
_NEXT = re.compile(r'<([^<>]+)>\s*;[^,<]*\brel="?next\b')

Json = Any  # whatever a server says; `read_as` turns it into a record
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Headers
    """Names are in lower case."""
    data: Json

    @property
    def next(self) -> str:
        """The address of the next page; empty on the last."""
        match = _NEXT.search(str(self.headers.get("link", "")))
        return match[1] if match else ""


@dataclass(frozen=True)
class Listed:
    """Items of a list, over several pages."""

    items: tuple[Json, ...]
    more: bool
    """Whether the server has more of them."""


class Server:
    """One server and what it has said."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._lock = threading.Lock()
        self._ways: tuple[Requester, Any] | None = None  # Any: either of PyGithub's connections
        self._known: dict[str, Answer] = {}

    async def get(self, path: str, what: str, **parameters: str | int) -> Json:
        """One thing; `what` names it in errors. HubError where it cannot be had."""
        return (await self._ask("GET", path, what, parameters)).data

    async def post(self, path: str, what: str, body: Mapping[str, Json]) -> Json:
        """Make something; HubError where the server does not take it."""
        return (await self._ask("POST", path, what, {}, body)).data

    async def listed(
        self, path: str, what: str, limit: int, key: str = "", **parameters: str | int
    ) -> Listed:
        """Up to `limit` items over as many pages as that takes; `key` holds them in each answer."""
        asked = {"per_page": min(100, limit), **parameters}
        items: list[Json] = []
        answer = await self._ask("GET", path, what, asked)
        while True:
            found = answer.data.get(key) if key and isinstance(answer.data, dict) else answer.data
            if not isinstance(found, list):
                raise _unlike(what)
            items += found
            if not answer.next or not found or len(items) >= limit:
                return Listed(tuple(items[:limit]), bool(answer.next) or len(items) > limit)
            answer = await self._ask("GET", self._ours(answer.next), what, {})

    async def leads_to(self, path: str, what: str) -> str:
        """Where the server sends those who ask for a file; HubError where it sends them nowhere."""
        answer = await self._ask("GET", path, what, {}, follow=False)
        location = str(answer.headers.get("location", ""))
        if answer.status not in {307, 308} or not location:
            raise _unlike(what)
        return location

    async def _ask(
        self,
        verb: str,
        path: str,
        what: str,
        parameters: Mapping[str, str | int],
        body: Mapping[str, Json] | None = None,
        follow: bool = True,
    ) -> Answer:
        """One answer that is none of a refusal, whatever repetitions and redirects that takes."""
        for _ in range(REDIRECTS + 1):
            answer = await self._patiently(verb, path, what, parameters, body)
            if answer.status not in {307, 308} or not follow:
                return answer
            path, parameters = self._ours(str(answer.headers.get("location", ""))), {}
        raise HubError(f"GitHub sends one from place to place ({what})", "check GITHUB_API_URL")

    async def _patiently(
        self,
        verb: str,
        path: str,
        what: str,
        parameters: Mapping[str, str | int],
        body: Mapping[str, Json] | None,
    ) -> Answer:
        patience = self.account.patience
        for attempt in range(1, patience.tries + 1):
            last = attempt == patience.tries
            backoff = patience.first_wait * 2 ** (attempt - 1)
            try:
                answer = await asyncio.to_thread(self._once, verb, path, parameters, body)
            except _Unreached as error:
                if last or (verb != "GET" and not error.unsent):
                    raise HubError(f"{error} ({what})", _reach(self.account)) from None
                await asyncio.sleep(backoff)
                continue
            wait = self._wait(verb, answer, backoff)
            if wait is None:
                if answer.status >= 400:
                    raise refused(answer.status, answer.headers, answer.data, what)
                return answer
            if wait > patience.longest_wait or (last and answer.status not in BRIEFLY_AWAY):
                raise limit_error(wait, time.time())
            if last:
                raise refused(answer.status, answer.headers, answer.data, what)
            await asyncio.sleep(wait)
        raise AssertionError("the last try either returns or raises")

    def _wait(self, verb: str, answer: Answer, backoff: float) -> float | None:
        """Seconds until it is worth asking again; None where it is not."""
        now = time.time()
        seconds = limited(answer.status, answer.headers, message_of(answer.data), now)
        if seconds is not None:
            return seconds
        if answer.status in BRIEFLY_AWAY and verb == "GET":
            return max(backoff, min(retry_after(answer.headers, now) or 0.0, 30.0))
        return None

    def _once(
        self,
        verb: str,
        path: str,
        parameters: Mapping[str, str | int],
        body: Mapping[str, Json] | None,
    ) -> Answer:
        """One request, in a thread; the answer that is known, where nothing has changed."""
        key = f"{path}?{sorted(parameters.items())}"
        known = self._known.get(key) if verb == "GET" else None
        headers = {"Accept": "application/vnd.github+json"}
        if known:
            headers["If-None-Match"] = str(known.headers["etag"])
        with self._lock:
            answer = self._sent(verb, path, dict(parameters), headers, body)
        if answer.status == 304 and known:
            return known
        if verb == "GET" and answer.status == 200 and answer.headers.get("etag"):
            self._known[key] = answer
            while len(self._known) > REMEMBERED:
                self._known.pop(next(iter(self._known)))
        return answer

    def _sent(
        self,
        verb: str,
        path: str,
        parameters: dict[str, Any],
        headers: dict[str, Any],
        body: Mapping[str, Json] | None,
    ) -> Answer:
        from requests import exceptions as broken

        from agents.hub.connection import TooLong, connection, requester

        if self._ways is None:
            self._ways = requester(self.account), connection(self.account)
        asking, way = self._ways
        try:
            status, given, text = asking.requestJson(
                verb, path, parameters, headers, dict(body) if body is not None else None, way
            )
        except broken.ConnectTimeout:
            raise _Unreached("GitHub cannot be reached in time", unsent=True) from None
        except broken.Timeout:
            raise _Unreached("GitHub does not answer in time") from None
        except broken.ConnectionError as error:
            raise _Unreached("GitHub cannot be reached", unsent=_never_sent(error)) from None
        except broken.RequestException as error:
            raise _Unreached(f"GitHub's answer broke off: {type(error).__name__}") from None
        except TooLong:
            raise HubError("GitHub's answer is too long to read") from None
        except (ValueError, AssertionError):  # PyGithub, over headers that are none of GitHub's
            raise _unlike("an answer's headers") from None
        return Answer(status, given, _parsed(status, text))

    def _ours(self, address: str) -> str:
        """An address that the server gave, as one of its own; the token goes nowhere else."""
        ours = urlsplit(self.account.base_url)
        try:
            theirs = urlsplit(address)
            beside = not theirs.scheme and not theirs.netloc and theirs.path.startswith("/")
            same = beside or _origin(theirs) == _origin(ours)
        except ValueError:
            same = False
        if not same:
            raise HubError(
                "GitHub sends one to another server, where the token is not taken",
                "check GITHUB_API_URL",
            )
        full = f"{ours.scheme}://{ours.netloc}{theirs.path}"
        return f"{full}?{theirs.query}" if theirs.query else full


def _origin(address: SplitResult) -> tuple[str, str | None, int]:
    return address.scheme, address.hostname, address.port or _PORTS.get(address.scheme, 0)


class _Unreached(Exception):
    """No whole answer came."""

    def __init__(self, message: str, unsent: bool = False) -> None:
        super().__init__(message)
        self.unsent = unsent
        """Whether the server cannot have seen the request."""


def read_as(record: type[M], data: Json, what: str) -> M:
    """What the server said as a record; HubError where it is of another form."""
    try:
        return record.model_validate(data)
    except ValidationError:
        raise _unlike(what) from None


def _parsed(status: int, text: str) -> Json:
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        if status >= 300:
            return None
        raise HubError("the server's answer is no JSON", "check GITHUB_API_URL") from None


def _unlike(what: str) -> HubError:
    return HubError(f"the server's answer is not of GitHub's form ({what})", "check GITHUB_API_URL")


def _never_sent(error: Exception) -> bool:
    """Whether the connection was never made, as urllib3 says it."""
    return "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)


def _reach(account: Account) -> str:
    return f"check the network, and that {urlsplit(account.base_url).hostname} is the right server"
