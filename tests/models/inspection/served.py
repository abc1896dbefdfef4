"""A web server on this machine that serves a folder, with ranges or without, and can be unkind."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_RANGE = re.compile(r"bytes=(\d+)-(\d+)")


@dataclass
class Served:
    """The server, as a test sees it."""

    folder: Path
    url: str = ""
    ranges: bool = True
    answer: Callable[["Answer"], bool] | None = None
    """Answers in its own way and returns True, or leaves it to the server."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Path and range of each request."""
    sent: int = 0
    """Bytes of bodies."""


class Answer(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    served: Served

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        self.served.asked.append((self.path, wanted))
        if self.served.answer and self.served.answer(self):
            return
        path = self.served.folder / self.path.partition("?")[0].lstrip("/")
        if not path.is_file():
            self.say(404)
            return
        found = _RANGE.fullmatch(wanted) if self.served.ranges else None
        self._send(path, found)

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        """A whole answer; underscores in names of headers stand for dashes."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""

    def _send(self, path: Path, wanted: re.Match[str] | None) -> None:
        size = path.stat().st_size
        start, end = (int(wanted[1]), min(int(wanted[2]) + 1, size)) if wanted else (0, size)
        self.send_response(206 if wanted else 200)
        if wanted:
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
        self.send_header("Content-Length", str(end - start))
        self.end_headers()
        with path.open("rb") as file:
            file.seek(start)
            while start < end and (block := file.read(min(2**16, end - start))):
                try:
                    self.wfile.write(block)
                except OSError:  # the reader has heard enough
                    self.close_connection = True
                    return
                start += len(block)
                self.served.sent += len(block)


@contextmanager
def serve(folder: Path) -> Iterator[Served]:
    """A server of its own, as long as it is needed."""
    served = Served(folder)
    handler = type("Handler", (Answer,), {"served": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
