"""A file behind a URL, of which only the beginning is fetched.

Ranges are asked for and grow as long as the header goes on. A server that knows no ranges is
listened to until the header is whole, and then left. No more than `models.header.LONGEST` is read.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from time import monotonic

import httpx

from models.errors import ModelError
from models.header import LONGEST
from models.inspection.part import Absent

_FIRST = 2**20
_SECONDS = 120.0
"""For the whole header, however slowly it trickles."""
_PATIENCE = httpx.Timeout(20.0, connect=10.0)
_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)")
_REFUSALS = {
    401: "set HF_TOKEN to a token that may read it",
    403: "accept the model's terms on its page, and set HF_TOKEN",
    404: "look at the address: it must be that of the file itself",
    416: "look at the address: the file is empty",
    429: "wait a while: the server has had too many requests",
}


@contextmanager
def connection(headers: Mapping[str, str] | None = None) -> Iterator[httpx.Client]:
    """A client for several files; `headers` such as an authorization go to the first host only."""
    asked = {"Accept-Encoding": "identity", **(headers or {})}
    with httpx.Client(
        headers=asked, timeout=_PATIENCE, follow_redirects=True, max_redirects=5
    ) as client:
        yield client


class RemoteFile:
    """A file by its URL."""

    def __init__(self, client: httpx.Client, url: str) -> None:
        """A ModelError where `url` is none."""
        try:
            self._url = httpx.URL(url)
        except (httpx.InvalidURL, UnicodeError) as error:
            raise ModelError(f"{url} is no URL: {error}", "name a .gguf by its address") from error
        self._client = client
        self.name = _public(self._url)
        self.file = self._url.path.rsplit("/", 1)[-1]
        self.size: int | None = None

    def sibling(self, file: str) -> RemoteFile:
        """The file of that name at the same place."""
        folder = self._url.path.rsplit("/", 1)[0]
        return RemoteFile(self._client, str(self._url.copy_with(path=f"{folder}/{file}")))

    def blocks(self) -> Generator[bytes]:
        """Its beginning, in blocks that grow; the server's `size` is known after the first."""
        at, ends = 0, monotonic() + _SECONDS
        while at < LONGEST and (self.size is None or at < self.size):
            wanted = min(max(at, _FIRST), LONGEST - at)
            with self._response(at, at + wanted) as response:
                if response.status_code == httpx.codes.OK:
                    self._whole(response, at)
                    yield from _grown(self._bytes(response, LONGEST, ends))
                    return
                self._partial(response, at)
                block = b"".join(self._bytes(response, wanted, ends))
            if not block:
                raise ModelError(f"{self.name} ends before its range does", "try again")
            at += len(block)
            yield block

    @contextmanager
    def _response(self, start: int, end: int) -> Iterator[httpx.Response]:
        asked = {"Range": f"bytes={start}-{end - 1}"}
        try:
            with self._client.stream("GET", self._url, headers=asked) as response:
                yield response
        except httpx.TimeoutException as error:
            raise ModelError(f"{self.name}: the server does not answer", "try again") from error
        except httpx.TooManyRedirects as error:
            raise ModelError(f"{self.name} leads round in circles", _REFUSALS[404]) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            why = str(error) or type(error).__name__
            hint = "look at the address and the connection"
            raise ModelError(f"cannot read {self.name}: {why}", hint) from error

    def _whole(self, response: httpx.Response, at: int) -> None:
        """A server that sends everything; it may not begin to in the middle."""
        if at:
            raise self._changed()
        length = response.headers.get("Content-Length", "")
        self._take_size(int(length) if length.isdecimal() and len(length) < 19 else None)
        self._check_encoding(response)

    def _partial(self, response: httpx.Response, at: int) -> None:
        status = response.status_code
        if status != httpx.codes.PARTIAL_CONTENT:
            self._refuse(status)
        found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if found is None or int(found[1]) != at:
            said = response.headers.get("Content-Range", "nothing")
            raise ModelError(f"{self.name}: asked for byte {at}, the server sent {said}")
        size = None if found[2] == "*" else int(found[2])
        if at and size != self.size:
            raise self._changed()
        self._take_size(size)
        self._check_encoding(response)

    def _take_size(self, size: int | None) -> None:
        if size == 0:
            raise ModelError(f"{self.name} is empty", _REFUSALS[404])
        self.size = size

    def _check_encoding(self, response: httpx.Response) -> None:
        encoding = response.headers.get("Content-Encoding", "identity")
        if encoding != "identity":
            raise ModelError(
                f"{self.name}: the server compresses it ({encoding}) although asked not to"
            )

    def _refuse(self, status: int) -> None:
        message = f"{self.name}: the server says {status} {httpx.codes.get_reason_phrase(status)}"
        hint = _REFUSALS.get(status, "try again later" if status >= 500 else _REFUSALS[404])
        raise (Absent if status == httpx.codes.NOT_FOUND else ModelError)(message.strip(), hint)

    def _bytes(self, response: httpx.Response, most: int, ends: float) -> Iterator[bytes]:
        """What the server sends, up to `most`."""
        left = most
        for chunk in response.iter_raw():
            if monotonic() > ends:
                raise ModelError(f"{self.name} comes too slowly", "try again, or fetch it first")
            yield chunk[:left]
            left -= len(chunk)
            if left <= 0:
                return

    def _changed(self) -> ModelError:
        return ModelError(f"{self.name} changed while it was read", "try again")


def _grown(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes, each block as long as all before, so that few of them are looked at."""
    held, size, given = [], 0, 0
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if size >= max(given, _FIRST):
            yield b"".join(held)
            held, size, given = [], 0, given + size
    if held:
        yield b"".join(held)


def _public(url: httpx.URL) -> str:
    """Without passwords and signatures."""
    return str(url.copy_with(username=None, password=None, query=None, fragment=None))
