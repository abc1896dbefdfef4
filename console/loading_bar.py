"""How much of a model is loaded: one line below the live view, once it takes long enough to ask.

A `LoadingBar` is called from the thread that loads, and drawn from the one that draws. It draws
nothing itself, so nothing is shown where nothing is drawn: in JSON, in a pipe, on a dumb terminal.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from console.clean import one_line
from console.terminal import Terminal

PATIENCE = 0.5
"""Seconds of loading before which nothing is shown."""
WIDTH = 24


@dataclass(frozen=True)
class _Loaded:
    model: str
    fraction: float
    began: float


class LoadingBar:
    """Told the model's name and how much of it is loaded, 0.0 to 1.0; 1.0 takes the line away."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._loaded: _Loaded | None = None

    def __call__(self, model: str, fraction: float) -> None:
        before, began = self._loaded, self._clock()
        if before is not None and before.model == model and before.fraction <= fraction:
            began = before.began
        self._loaded = _Loaded(model, fraction, began) if fraction < 1.0 else None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        loaded = self._loaded  # once: the other thread may change it meanwhile
        if loaded is not None and self._clock() - loaded.began > PATIENCE:
            yield _line(loaded, self._clock(), options.max_width)


def _line(loaded: _Loaded, now: float, width: int) -> Table:
    """A file that is being mapped tells nothing for a while: the bar moves without a number."""
    name = Text("loading ", "dim").append(one_line(loaded.model), "default")
    name.truncate(max(width - WIDTH - len(" 100% ") - 1, 8), overflow="ellipsis")
    bar = ProgressBar(
        completed=loaded.fraction,
        total=1.0,
        width=WIDTH,
        pulse=not loaded.fraction,
        animation_time=now,
    )
    line = Table.grid(padding=(0, 1, 0, 0))
    line.add_row(name, bar, f"{loaded.fraction:.0%}" if loaded.fraction else "")
    return line


@contextmanager
def bar_while_loading(terminal: Terminal, name: str) -> Iterator[LoadingBar]:
    """How much is loaded, drawn below what is told; without a live terminal one line."""
    bar = LoadingBar()
    if not terminal.lively:
        terminal.tell(f"loading {name}")
        yield bar
        return
    with Live(bar, console=terminal.err, refresh_per_second=8, transient=True):
        yield bar
        bar(name, 1.0)
