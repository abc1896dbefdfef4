"""A real llama-server in a process of its own, which can be killed and started again."""

import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

_ROOT = Path(__file__).parents[3]
_PATIENCE = 60.0
"""Seconds that it may take to get ready."""


def binary() -> Path | None:
    """LLAMA_SERVER, that of `make bench-peers`, or one on the PATH."""
    named = os.environ.get("LLAMA_SERVER") or shutil.which("llama-server")
    built = sorted((_ROOT / ".peers").rglob("llama-server"))
    return Path(named) if named else next((path for path in built if path.is_file()), None)


class LlamaServer:
    """One slot, one thread, one port for all its lives."""

    def __init__(self, program: Path, model: Path, key: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = int(free.getsockname()[1])
        self.url, self._key = f"http://127.0.0.1:{self._port}", key
        listen = ["--host", "127.0.0.1", "--port", str(self._port), "--no-webui", "--slots"]
        sizes = ["-c", "8192", "-np", "1", "-t", "1", "-tb", "1", "--no-warmup"]
        named = ["-m", str(model), "-a", "bytes", "--api-key", key]
        self._argv = [str(program), *named, *listen, *sizes]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin a life; returns at once."""
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(self._argv, stdout=quiet, stderr=quiet)

    def wait(self) -> None:
        """Until it takes requests."""
        ends = time.monotonic() + _PATIENCE
        while not self._get("/health"):
            assert time.monotonic() < ends, "llama-server does not get ready"
            assert self._process is not None
            assert self._process.poll() is None, "llama-server ended"
            time.sleep(0.05)

    def wait_for_tokens(self, tokens: int) -> None:
        """Until the slot has generated so many for the request that it serves."""
        ends = time.monotonic() + _PATIENCE
        while time.monotonic() < ends:
            told = self._get("/slots")
            counts = map(int, re.findall(r'"n_decoded":\s*(\d+)', told))
            if '"is_processing":true' in told.replace(" ", "") and max(counts, default=0) >= tokens:
                return
            time.sleep(0.005)
        raise AssertionError("llama-server generates nothing")

    def kill(self) -> None:
        """End it as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _get(self, path: str) -> str:
        """What it says; nothing while it is not there."""
        headers = {"Authorization": f"Bearer {self._key}"}
        request = urllib.request.Request(self.url + path, headers=headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=5) as response:
                return str(response.read(), "utf-8")
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return ""
