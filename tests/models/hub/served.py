"""A server on loopback that answers as the Hugging Face Hub does, and one that holds the bytes.

The hub's side knows `/api/models/REPO/revision/main?blobs=true` and `/REPO/resolve/COMMIT/PATH`,
which leads to the second server, as the real one leads to its delivery network.
"""

import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "c" * 40
REPOSITORY = "someone/Tiny-GGUF"


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    """Names are in lower case."""


@dataclass(frozen=True)
class Reply:
    """An answer in place of the usual one."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Bytes:
    """How the second server gives bytes, where it does not give them as it should."""

    most: int | None = None
    """So many at most, then it hangs up."""
    length: bool = True
    """Whether it says how many they are."""
    lie: int = 0
    """Added to the number it says."""
    ranges: bool = True
    """Whether it heeds Range."""
    spoilt: bool = False
    hang: bool = False
    """Whether it keeps the line open instead of hanging up, until the server ends."""


@dataclass
class Served:
    """What the hub holds, and the faults that come next, one for each request."""

    files: dict[str, bytes] = field(default_factory=dict)
    commit: str = COMMIT
    checksums: dict[str, str] = field(default_factory=dict)
    """Other SHA-256 than the true ones."""
    api: list[Reply] = field(default_factory=list)
    head: list[Reply] = field(default_factory=list)
    get: list[Reply] = field(default_factory=list)
    bytes: list[Bytes | Reply] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    store: str = ""

    def asked_for(self, kind: str) -> list[Asked]:
        """The requests so far: `api`, `head`, `get` or `bytes`."""
        return [one for one in self.asked if _kind(one.method, one.path) == kind]

    @property
    def ranges(self) -> list[str]:
        """The ranges of bytes that were asked for."""
        return [one.headers.get("range", "") for one in self.asked_for("bytes")]

    def sha256(self, path: str) -> str:
        return self.checksums.get(path) or hashlib.sha256(self.files[path]).hexdigest()


def _kind(method: str, path: str) -> str:
    if path.startswith("/api/"):
        return "api"
    if path.startswith("/store/"):
        return "bytes"
    return method.lower()


@contextmanager
def serve() -> Iterator[Served]:
    """A hub without files yet."""
    served = Served()
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        def do_HEAD(self) -> None:
            self._answer()

        def _answer(self) -> None:
            kind = _kind(self.command, self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            served.asked.append(Asked(self.command, self.path, headers))
            if kind == "bytes":
                fault = served.bytes.pop(0) if served.bytes else Bytes()
                with suppress(ConnectionError):  # whoever asked has had enough
                    self._reply(fault) if isinstance(fault, Reply) else self._store(fault)
                return
            waiting: list[Reply] = getattr(served, kind)
            self._reply(waiting.pop(0) if waiting else self._usual(kind))

        def _usual(self, kind: str) -> Reply:
            if kind == "api":
                known = self.path.startswith(f"/api/models/{REPOSITORY}/revision/main?")
                return _listing(served) if known and "blobs=" in self.path else _missing("Repo")
            match = re.fullmatch(rf"/{REPOSITORY}/resolve/(\w+)/(.+)", self.path)
            if not match or match[2] not in served.files:
                return _missing("Entry")
            return _resolved(served, match[2])

        def _store(self, how: Bytes) -> None:
            data = served.files[self.path.removeprefix("/store/")]
            span = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
            start = int(span[1]) if span and how.ranges else 0
            end = min(int(span[2]) + 1, len(data)) if span and how.ranges else len(data)
            if start >= len(data):
                return self._reply(Reply(416, {"Content-Range": f"bytes */{len(data)}"}))
            self.send_response(206 if span and how.ranges else 200)
            if span and how.ranges:
                self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(data)}")
            if how.length:
                self.send_header("Content-Length", str(end - start + how.lie))
            if not how.length or how.lie or how.most is not None:
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            body = data[start:end][: how.most]
            self.wfile.write(bytes(reversed(body)) if how.spoilt else body)
            if how.hang:
                over.wait()

        def _reply(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if "Content-Length" not in reply.headers:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with _running(Handler) as served.url, _running(Handler) as served.store:
        try:
            yield served
        finally:
            over.set()


def _listing(served: Served) -> Reply:
    siblings = [
        {
            "rfilename": path,
            "size": len(data),
            "blobId": hashlib.sha1(data).hexdigest(),
            "lfs": {"sha256": served.sha256(path), "size": len(data), "pointerSize": 134},
        }
        for path, data in served.files.items()
    ]
    told = {"id": REPOSITORY, "modelId": REPOSITORY, "sha": served.commit, "siblings": siblings}
    return Reply(200, {"Content-Type": "application/json"}, json.dumps(told).encode())


def _resolved(served: Served, path: str) -> Reply:
    return Reply(
        302,
        {
            "Location": f"{served.store}/store/{path}",
            "X-Repo-Commit": served.commit,
            "X-Linked-Size": str(len(served.files[path])),
            "X-Linked-Etag": f'"{served.sha256(path)}"',
            "ETag": '"of-the-pointer"',
        },
    )


def _missing(what: str) -> Reply:
    return Reply(404, {"X-Error-Code": f"{what}NotFound"}, b"{}")


@contextmanager
def _running(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
