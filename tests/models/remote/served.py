"""A server on loopback that speaks OpenAI's chat completions, and misbehaves on demand.

Each request for an answer takes the next `Reply`; the last one is kept for all that follow.
"""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """An answer as it goes over the line."""

    status: int = 200
    kind: str = "text/event-stream"
    headers: dict[str, str] = field(default_factory=dict)
    blocks: Sequence[bytes] = ()
    cut: bool = False
    """Hang up after the blocks, as a killed server does."""
    hang: float = 0.0
    """Seconds to wait after the blocks, with the line open."""
    hang_first: float = 0.0
    """Seconds to wait before anything is sent."""


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: Json


@dataclass
class Served:
    """What the server says next, and what it was asked."""

    url: str = ""
    replies: list[Reply] = field(default_factory=list)
    models: Reply | None = None
    """The list of models; None: one, called `tiny`."""
    asked: list[Asked] = field(default_factory=list)
    listed: int = 0
    open: int = 0
    most_open: int = 0
    reached: threading.Event = field(default_factory=threading.Event)
    """Set when a request for an answer has come."""
    left: threading.Event = field(default_factory=threading.Event)
    """Set when a client hangs up before its answer ended."""

    @property
    def bodies(self) -> list[Json]:
        return [one.body for one in self.asked]


def delta(**parts: object) -> Json:
    return {"choices": [{"index": 0, "delta": parts, "finish_reason": None}]}


def call(index: int, name: str = "", arguments: str = "", id: str = "") -> Json:
    """One part of a tool call."""
    function = {"name": name, "arguments": arguments} if name else {"arguments": arguments}
    part = {"index": index, "function": function, **({"id": id, "type": "function"} if id else {})}
    return delta(tool_calls=[part])


def end(reason: str = "stop") -> Json:
    return {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}


def usage(prompt: int, generated: int, cached: int = 0, thought: int | None = None) -> Json:
    told: Json = {"prompt_tokens": prompt, "completion_tokens": generated}
    told["prompt_tokens_details"] = {"cached_tokens": cached}
    if thought is not None:
        told["completion_tokens_details"] = {"reasoning_tokens": thought}
    return {"choices": [], "usage": told}


def sse(*chunks: Json, done: bool = True) -> tuple[bytes, ...]:
    """Chunks as server-sent events."""
    events = [f"data: {json.dumps(chunk)}\n\n".encode() for chunk in chunks]
    return (*events, b"data: [DONE]\n\n") if done else tuple(events)


def says(*chunks: Json) -> Reply:
    """A whole answer."""
    return Reply(blocks=sse(*chunks))


def cut(*chunks: Json) -> Reply:
    """The beginning of an answer, then nothing: the server has died."""
    return Reply(blocks=sse(*chunks, done=False), cut=True)


def refuses(status: int, told: object = None, **headers: str) -> Reply:
    body = told if isinstance(told, bytes) else json.dumps(told or {}).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, "application/json", named, (body,))


def listing(*names: str) -> Reply:
    body = {"object": "list", "data": [{"id": name} for name in names]}
    return Reply(200, "application/json", blocks=(json.dumps(body).encode(),))


@contextmanager
def serve() -> Iterator[Served]:
    """A server with no replies yet."""
    served, over, lock = Served(), threading.Event(), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.listed += 1
            with suppress(ConnectionError):
                self._give(served.models or listing("tiny"))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with lock:
                served.asked.append(Asked(self.path, headers, body))
                served.open += 1
                served.most_open = max(served.most_open, served.open)
                first = served.replies[0]
                reply = served.replies.pop(0) if len(served.replies) > 1 else first
            served.reached.set()
            try:
                self._give(reply)
            except ConnectionError:
                served.left.set()
            finally:
                with lock:
                    served.open -= 1

        def _give(self, reply: Reply) -> None:
            over.wait(reply.hang_first)
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.cut:
                self.send_header("Content-Length", "1000000")
            self.end_headers()
            for block in reply.blocks:
                self.wfile.write(block)
                self.wfile.flush()
            for _ in range(int(reply.hang * 50)):
                if over.wait(0.02):
                    return
                self.wfile.write(b": still here\n\n")
                self.wfile.flush()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield served
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()
