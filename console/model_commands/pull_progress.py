"""How a pull is shown: a bar where it may be drawn over, else a line for each tenth."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

from console.clean import one_line
from console.words import duration, size

_TENTHS = 10


class Shown:
    """A Watcher that counts; its kinds show."""

    def __init__(self) -> None:
        self.total = 0
        """Bytes of the model; 0 until they are known."""
        self.done = 0
        """Of them, those on disk."""
        self._before = 0
        self._began = self._ended = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        """Nothing is shown from here on."""

    @property
    def seconds(self) -> float:
        """How long bytes have been coming."""
        return self._ended - self._began

    @property
    def speed(self) -> float:
        """Bytes a second since it began."""
        return max(self.done - self._before, 0) / max(self.seconds, 0.001)

    def rate(self, speed: float) -> str:
        """So many bytes a second, and the time that is left at that speed."""
        left = duration((self.total - self.done) / speed) if speed else "?"
        return f"{size(round(speed))}/s, {left} left"

    def begin(self, name: str, total: int, done: int) -> None:
        self.total, self.done, self._before = total, done, done
        self._began = self._ended = time.monotonic()

    def advance(self, octets: int) -> None:
        self.done += octets
        self._ended = time.monotonic()

    def say(self, line: str) -> None:
        """Nothing."""


class Lines(Shown):
    """For a pipe, a log or a dumb terminal."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._tell = tell
        self._tenth = 0

    def begin(self, name: str, total: int, done: int) -> None:
        super().begin(name, total, done)
        self._tenth = self._reached()
        there = f", {size(done)} are here" if 0 < done < total else ""
        if done < total:
            self._tell(f"pulling {one_line(name)}, {size(total)}{there}")

    def advance(self, octets: int) -> None:
        super().advance(octets)
        if self._reached() > self._tenth and self.done < self.total:
            self._tenth = self._reached()
            reached = f"{self._tenth * 100 // _TENTHS} % of {size(self.total)}"
            self._tell(f"{reached}, {self.rate(self.speed)}")

    def say(self, line: str) -> None:
        self._tell(one_line(line))

    def _reached(self) -> int:
        return self.done * _TENTHS // self.total if self.total else 0


class Bar(Shown):
    """For a terminal."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            _Rate(self),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("", total=None, visible=False)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._progress.stop()

    def begin(self, name: str, total: int, done: int) -> None:
        super().begin(name, total, done)
        self._progress.update(
            self._task,
            description=one_line(name, 40),
            total=total,
            completed=done,
            visible=done < total,
        )

    def advance(self, octets: int) -> None:
        super().advance(octets)
        self._progress.update(self._task, completed=self.done)

    def say(self, line: str) -> None:
        self._console.print(Text(one_line(line), "dim"), soft_wrap=True)


class _Rate(ProgressColumn):
    """Bytes, bytes a second and the time that is left, in Cadre's own units."""

    def __init__(self, shown: Shown) -> None:
        super().__init__()
        self._shown = shown

    def render(self, task: Task) -> Text:
        of = f"{size(self._shown.done)} of {size(self._shown.total)}"
        return Text(f"{of}, {self._shown.rate(task.speed or self._shown.speed)}")
