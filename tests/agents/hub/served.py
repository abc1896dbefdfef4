"""A server on loopback that answers as GitHub's REST API does, as far as tests need it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Json = Any  # whatever a test wants to answer


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    """Names are in lower case."""
    body: Json


@dataclass(frozen=True)
class Reply:
    """What goes back."""

    data: Json = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """The body as it is, instead of `data` as JSON."""
    cut: int = 0
    """Bytes that are promised and never sent."""


Route = Callable[[Asked], Reply]


class Served:
    """The routes of a running server, and what it was asked."""

    def __init__(self) -> None:
        self.routes: dict[tuple[str, str], Route] = {}
        self.asked: list[Asked] = []
        self.url = ""

    def on(self, path: str, *replies: Reply | Route, method: str = "GET") -> None:
        """Answer a path with these, one after the other; the last one for ever."""
        waiting = list(replies)

        def next_one(asked: Asked) -> Reply:
            reply = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            return reply if isinstance(reply, Reply) else reply(asked)

        self.routes[method, path] = next_one

    def paged(self, path: str, items: list[Json], key: str = "", page: int = 100) -> None:
        """A list in pages, with GitHub's Link header."""

        def reply(asked: Asked) -> Reply:
            size = min(page, int(asked.query.get("per_page", 30)))
            number = int(asked.query.get("page", 1))
            shown = items[(number - 1) * size : number * size]
            rest = "".join(f"&{k}={v}" for k, v in asked.query.items() if k != "page")
            link = f'<{self.url}{path}?page={number + 1}{rest}>; rel="next"'
            last = f'<{self.url}{path}?page=99{rest}>; rel="last"'
            more = {"Link": f"{link}, {last}"} if number * size < len(items) else {}
            return Reply({"total_count": len(items), key: shown} if key else shown, 200, more)

        self.on(path, reply)

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]


@contextmanager
def serve() -> Iterator[Served]:
    """A server with no routes yet; what it does not know is 404, as on GitHub."""
    served = Served()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("content-length", 0))
            body = json.loads(self.rfile.read(length)) if length else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
            served.asked.append(asked)
            route = served.routes.get((self.command, parts.path))
            missing = Reply({"message": "Not Found", "documentation_url": "x"}, 404)
            self._send(route(asked) if route else missing)

        def _send(self, reply: Reply) -> None:
            data = reply.raw if reply.raw is not None else json.dumps(reply.data).encode()
            data = b"" if reply.status in {204, 304} else data
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data) + reply.cut))
            if reply.cut:
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
