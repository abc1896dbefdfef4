"""Asks one hub, with patience: what a repository holds, what a file is, its bytes.

Built on huggingface_hub's session, its headers and its errors, with telemetry off. Bytes come over
plain HTTP, never over Xet: `hf_hub_download` of huggingface_hub 2 keeps no partial file, so that
its downloads cannot be resumed, and hf_xet has no resume either.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from logging import ERROR
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from models.errors import ModelError
from models.hub.layout import is_commit, is_etag, is_path
from models.hub.place import Hub
from models.hub.refusals import explained, pause, why
from models.hub.remote import Listing, RemoteFile
from models.hub.watcher import Watcher

if TYPE_CHECKING:
    from httpx2 import Response
    from huggingface_hub import ModelInfo

T = TypeVar("T")

REVISION = "main"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Server:
    """The hub of one pull."""

    def __init__(self, hub: Hub, watcher: Watcher) -> None:
        os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
        from huggingface_hub import constants, logging

        constants.HF_HUB_DISABLE_TELEMETRY = True  # somebody may have imported it before us
        logging.set_verbosity(ERROR)  # its warnings quote what the server wrote
        self._hub = hub
        self._watcher = watcher
        self._endpoint = (hub.endpoint or constants.ENDPOINT).rstrip("/")
        self._token = hub.token or None
        self.offline = constants.is_offline_mode()

    def listing(self, repository: str) -> Listing:
        """What a repository holds."""
        from huggingface_hub import HfApi

        api = HfApi(endpoint=self._endpoint, token=self._token, library_name="cadre")
        ask = partial(
            api.model_info,
            repository,
            revision=REVISION,
            files_metadata=True,
            timeout=self._seconds,
        )
        return self._patiently(lambda: _listing(ask()), repository, repository)

    def file(self, repository: str, path: str, listing: Listing) -> RemoteFile:
        """One file of a listing: its size, its ETag, and whether we may have it."""
        from huggingface_hub import get_hf_file_metadata

        found = self._patiently(
            lambda: get_hf_file_metadata(
                self._address(repository, listing.commit, path),
                token=self._token,
                timeout=self._seconds,
                endpoint=self._endpoint,
                library_name="cadre",
            ),
            path,
            repository,
        )
        checksum = listing.checksums.get(path, "")
        etag = found.etag if found.etag and is_etag(found.etag) else checksum
        checksum = checksum or (etag if _SHA256.fullmatch(etag) else "")
        size = listing.sizes.get(path)
        size = size if size is not None else _octets(found.size)
        if size is None or not is_etag(etag):
            raise ModelError(f"the hub does not say what {path} is", "check HF_ENDPOINT")
        return RemoteFile(repository, listing.commit, path, size, etag, checksum)

    @contextmanager
    def bytes(self, file: RemoteFile, start: int, end: int) -> Iterator[Response]:
        """The answer with the bytes from `start` up to and with `end`, or more; it may raise
        whatever httpx2 and huggingface_hub raise."""
        from huggingface_hub import get_session, hf_raise_for_status
        from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]  # lazily

        address = self._address(file.repository, file.commit, file.path)
        headers = build_hf_headers(token=self._token, library_name="cadre")
        headers |= {"Accept-Encoding": "identity", "Range": f"bytes={start}-{end}"}
        # a redirect to another host loses the token; httpx2 sees to that
        with get_session().stream(
            "GET", address, headers=headers, timeout=self._seconds, follow_redirects=True
        ) as response:
            hf_raise_for_status(response)
            yield response

    def wait(self, error: Exception, attempt: int, what: str, repository: str) -> None:
        """Wait as long as a failure asks for, telling so; a CadreError where that is no use."""
        seconds = pause(error, attempt, self._hub.patience)
        if seconds is None:
            raise explained(error, what, repository) from None
        when = f" in {seconds:.0f} s" if seconds >= 1 else ""
        self._watcher.say(f"{why(error)}: asking again{when}")
        time.sleep(seconds)

    def _patiently(self, ask: Callable[[], T], what: str, repository: str) -> T:
        from httpx2 import HTTPError, InvalidURL

        attempt = 0
        while True:
            try:
                return ask()
            except (HTTPError, OSError) as error:
                attempt += 1
                self.wait(error, attempt, what, repository)
            except (InvalidURL, ValueError, TypeError, KeyError, AttributeError) as error:
                raise explained(error, what, repository) from None

    def _address(self, repository: str, commit: str, path: str) -> str:
        return f"{self._endpoint}/{repository}/resolve/{commit}/{quote(path)}"

    @property
    def _seconds(self) -> float:
        return self._hub.patience.seconds


def _listing(info: ModelInfo) -> Listing:
    """The listing; ValueError, TypeError or AttributeError where it is none of the hub's."""
    if not is_commit(info.sha):
        raise ValueError("no commit")
    files = [one for one in info.siblings or () if is_path(one.rfilename)]
    return Listing(
        commit=str(info.sha),
        sizes={one.rfilename: _octets(one.size) for one in files},
        checksums={one.rfilename: _checksum(one.lfs.sha256) for one in files if one.lfs},
    )


def _checksum(text: str) -> str:
    if not _SHA256.fullmatch(text.lower()):
        raise ValueError("no SHA-256")
    return text.lower()


def _octets(size: object) -> int | None:
    return size if isinstance(size, int) and size >= 0 else None
