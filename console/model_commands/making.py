"""How a file that is being made is shown: a bar where it may be drawn over, else every tenth."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TextColumn

from console.clean import one_line
from console.terminal import Terminal
from console.words import duration, size

Report = Callable[[int, int], None]
"""Hears how much is done, and of how much."""
Words = Callable[[int, int], str]
"""The same in words."""

_TENTHS = 10


@contextmanager
def making(terminal: Terminal, name: str, words: Words) -> Iterator[Report]:
    """What to call as the file `name` grows; `words` stand beside the bar, or in the lines."""
    if not terminal.lively:
        yield _lines(terminal, one_line(name), words)
        return
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[words]}", markup=False),
        console=terminal.err,
        transient=True,
    )
    task = bar.add_task(one_line(name, 40), total=None, words="")

    def report(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total, words=words(done, total))

    with bar:
        yield report


def speed_of_bytes() -> Words:
    """`1.2 GiB of 3.0 GiB, 310 MiB/s, 6.0 s left`, from now on."""
    began = time.monotonic()

    def words(done: int, total: int) -> str:
        speed = done / max(time.monotonic() - began, 0.001)
        left = f", {duration((total - done) / speed)} left" if speed else ""
        return f"{size(done)} of {size(total)}, {size(round(speed))}/s{left}"

    return words


def _lines(terminal: Terminal, name: str, words: Words) -> Report:
    told = 0

    def report(done: int, total: int) -> None:
        nonlocal told
        tenth = done * _TENTHS // total if total else 0
        if told < tenth < _TENTHS:
            told = tenth
            terminal.tell(f"{name}: {tenth * 100 // _TENTHS} %, {words(done, total)}")

    return report
