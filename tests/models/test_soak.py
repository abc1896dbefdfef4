"""Two thousand requests of every kind from several threads: each ends, and nothing grows."""

import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from random import Random
from threading import Event, Thread

import pytest

from models.engine import Engine
from models.pieces import Done, Piece
from models.request import Request
from models.sampling import Sampling
from models.stream import Stream
from models.thinking import Phase
from tests.models.conftest import Loader

REQUESTS, WARM_UP, THREADS, OPEN = 2000, 200, 4, 6
"""`OPEN`: requests that one thread has open at a time."""
WORDS = range(1000, 1300)
"""Few tokens, since the vocabulary remembers each that it has seen."""
STEM = tuple(Random(5).choices(WORDS, k=160))
GREEDY = Sampling(temperature=0, top_p=1, top_k=0, min_p=0)


@pytest.fixture
def engine(load: Loader, qwen3_file: Path) -> Iterator[Engine]:
    engine = load(qwen3_file, parallel=6, cells=600, context_tokens=256, batch=64)
    yield engine
    engine.close()


def _request(random: Random) -> Request:
    shared = STEM[: random.choice([0, 30, 60, 90, 150])]
    own = tuple(random.choices(WORDS, k=random.randint(1, 40)))
    return Request(
        (*shared, *own),
        GREEDY,
        phase=random.choice([*Phase]),
        thinking_budget=random.choice([None, 0, 1, 2]),
        max_tokens=random.randint(1, 8),
        priority=random.choice([0, 0, 1, 2]),
        keep=random.choice([(), (40,), (60, 90)]),
    )


def _read(stream: Stream, random: Random) -> bool:
    """Read an answer, or give up on the way; returns whether it was read to its end."""
    most = random.choice([0, 1, 2, 99, 99, 99, 99])
    pieces: list[Piece] = []
    for piece in stream:
        if len(pieces) >= most:
            stream.close()
            return False
        pieces.append(piece)
    return isinstance(pieces[-1], Done)


def _ask(engine: Engine, random: Random, count: int, read: list[bool]) -> None:
    streams: deque[Stream] = deque()
    for _ in range(count):
        streams.append(engine.submit(_request(random)))
        if random.random() < 0.1:
            streams.pop().close()
            read.append(False)
        while len(streams) >= OPEN:
            read.append(_read(streams.popleft(), random))
    read += [_read(stream, random) for stream in streams]


def _ask_from_threads(engine: Engine, seed: int, count: int) -> list[bool]:
    read: list[bool] = []
    threads = [
        Thread(target=_ask, args=(engine, Random(seed + n), count // THREADS, read))
        for n in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return read


def _resident() -> int:
    """Bytes."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_two_thousand_requests_leave_nothing_behind(engine: Engine) -> None:
    over = Event()

    def watch() -> None:
        while not over.wait(0.01):
            metrics = engine.metrics()
            assert metrics.used_cells <= metrics.cells

    watcher = Thread(target=watch)
    watcher.start()
    read = _ask_from_threads(engine, 0, WARM_UP)
    before = _resident()
    read += _ask_from_threads(engine, 100, REQUESTS - WARM_UP)
    grown = _resident() - before
    over.set()
    watcher.join()
    assert len(read) == REQUESTS
    list(engine.submit(Request(STEM[:2], GREEDY, max_tokens=1)))  # a step after the last
    metrics = engine.metrics()
    counts = metrics.counts
    assert counts.finished >= sum(read) > REQUESTS / 2
    assert counts.finished + counts.cancelled == REQUESTS + 1
    assert (counts.failed, metrics.running, metrics.waiting, metrics.parked_bytes) == (0, 0, 0, 0)
    assert counts.most_batched == 6
    assert metrics.parked
    assert metrics.evicted_prefixes
    engine._cache.check()
    assert metrics.used_cells == metrics.kept_cells, "only kept prefixes are left"
    assert grown < 0.05 * before
