"""The way to the server beneath PyGithub, with bounds that PyGithub does not have.

Imported only when there is a token: `github` and `requests` take their time. PyGithub's own
connection reads answers of any length, drops the query where it follows a redirect, and waits for
ever where a server says 202 again and again; here an answer is bounded and comes back as it is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import requests
from github import Auth, Github
from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass, Requester
from github.Requester import RequestsResponse as Response

from agents.hub.account import Account

LONGEST_ANSWER = 16_000_000
"""Bytes of one answer in JSON; GitHub's own stay far below."""

PAGE = 100

_FOLLOWED_BY_PYGITHUB = {301: 308, 302: 307, 202: 200}
"""Statuses that PyGithub acts on by itself, and what means the same and is left to us."""


class TooLong(Exception):
    """An answer is longer than it may be."""


class _Answer(Response):
    """One answer, read up to the bound."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__(response)
        self.status = _FOLLOWED_BY_PYGITHUB.get(response.status_code, response.status_code)

    def read(self) -> str:
        """The text; TooLong where there is too much of it."""
        data = bytearray()
        for piece in self.response.iter_content(65536):
            data += piece
            if len(data) > LONGEST_ANSWER:
                self.response.close()
                raise TooLong
        return data.decode(errors="replace")


def requester(account: Account) -> Requester:
    """PyGithub's maker of requests for an account; it neither repeats nor pauses by itself."""
    hub = Github(
        auth=Auth.Token(account.token),
        base_url=account.base_url,
        timeout=account.patience.seconds,
        user_agent="cadre",
        per_page=PAGE,
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
        api_version="2022-11-28",
    )
    return hub.requester


def connection(account: Account) -> HTTPRequestsConnectionClass | HTTPSRequestsConnectionClass:
    """One connection to the account's server, for one request at a time."""
    parts = urlsplit(account.base_url)
    kind = _Plain if parts.scheme == "http" else _Secure
    host = parts.hostname or ""
    bracketed = f"[{host}]" if ":" in host else host
    return kind(bracketed, parts.port, timeout=account.patience.seconds)


@contextmanager
def download(url: str, seconds: int) -> Iterator[Iterator[bytes]]:
    """What is at an address, piece by piece; no token goes there. OSError where nothing is."""
    with requests.Session() as session:
        session.auth = Requester.noopAuth
        session.max_redirects = 3
        with session.get(url, timeout=seconds, stream=True) as response:
            if response.status_code != 200:
                raise OSError(f"the store of logs answers {response.status_code}")
            yield response.iter_content(1 << 16)


class _Plain(HTTPRequestsConnectionClass):
    def getresponse(self) -> Response:
        return _sent(self)


class _Secure(HTTPSRequestsConnectionClass):
    def getresponse(self) -> Response:
        return _sent(self)


def _sent(to: HTTPRequestsConnectionClass | HTTPSRequestsConnectionClass) -> _Answer:
    return _Answer(
        to.session.request(
            to.verb,
            f"{to.protocol}://{to.host}:{to.port}{to.url}",
            headers=to.headers,
            data=to.input,
            timeout=to.timeout,
            verify=to.verify,
            allow_redirects=False,
            stream=True,
        )
    )
