"""Five agents against llama-server with a slot for each; a fresh server for every measurement."""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench
from benchmarks.claim import Asked, Claim
from benchmarks.peers import binary, shared_arguments
from benchmarks.team import AGENTS, NEW, OWN, SHARED, WORK, engine, prompts, rate
from benchmarks.turns import in_turn
from models.llama import Token

ROOM = 256 * ((SHARED + OWN + NEW) // 256 + 1)
"""Tokens of one slot."""
PATIENCE = 120
"""Seconds that the server may take to load the model."""


def claims(bench: Bench) -> Iterator[Claim]:
    """One claim, where there is a server."""
    if bench.peers is not None:
        works = partial(engine, bench), partial(_slots, bench, bench.peers)
        ours, theirs = in_turn(bench.rounds, *works)
        yield Claim(
            WORK, f"llama-server, {AGENTS} slots", ours, theirs, "tokens/s", Asked(least=3.5)
        )


def _slots(bench: Bench, folder: Path) -> float:
    with running(bench, folder) as url, ThreadPoolExecutor(AGENTS) as threads:
        _complete(url, 1, bench.text(2, start=1))
        began = time.perf_counter()
        list(threads.map(partial(_complete, url, NEW), prompts(bench)))
        return rate(time.perf_counter() - began)


@contextmanager
def running(bench: Bench, folder: Path) -> Iterator[str]:
    """A llama-server with a slot for each agent; its address."""
    port = str(_free_port())
    listen = ["--host", "127.0.0.1", "--port", port, "--no-webui"]
    slots = ["-np", str(AGENTS), "-c", str(AGENTS * ROOM)]
    argv = [str(binary(folder, "llama-server")), *shared_arguments(bench), *listen, *slots]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(argv, stdout=quiet, stderr=quiet) as process:
        try:
            _wait(process, url := f"http://127.0.0.1:{port}")
            yield url
        finally:
            process.terminate()


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    for _ in range(10 * PATIENCE):
        if process.poll() is not None:
            raise RuntimeError(f"llama-server ended with status {process.returncode}")
        try:
            urllib.request.urlopen(f"{url}/health", timeout=PATIENCE).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("llama-server does not get ready")


def complete(url: str, new: int, prompt: Sequence[Token], **more: object) -> dict[str, Any]:
    """Greedy, `new` tokens; the server's own answer."""
    wanted = {"prompt": list(prompt), "n_predict": new, "temperature": 0, **more}
    body = json.dumps({**wanted, "cache_prompt": True, "ignore_eos": True}).encode()
    headers = {"Content-Type": "application/json"}
    asked = urllib.request.Request(f"{url}/completion", body, headers)
    with urllib.request.urlopen(asked) as response:
        answer: dict[str, Any] = json.load(response)
        return answer


def _complete(url: str, new: int, prompt: Sequence[Token]) -> None:
    try:
        answer = complete(url, new, prompt)
    except urllib.error.HTTPError as error:
        if _UNREADABLE not in error.read():
            raise
    else:
        if answer["tokens_predicted"] != new:
            raise RuntimeError(f"llama-server ended after {answer['tokens_predicted']} of {new}")


_UNREADABLE = b"does not match the expected Content-only format"
"""A model of random weights writes bytes that are no text; all of them are computed by then."""


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
