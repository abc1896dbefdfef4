"""The live view on stderr: the plan as a tree that is drawn again and again while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderResult
from rich.live import Live
from rich.text import Text
from rich.tree import Tree

from agents.outcome import Status
from console.board import Board, Row, after
from console.clean import clean, one_line
from console.words import count, duration
from graphs.events import Event

FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
MARKS = {Status.WAITING: "○", Status.DONE: "✓", Status.FAILED: "✗"}
PLAIN_MARKS = {Status.WAITING: "-", Status.DONE: "+", Status.FAILED: "x"}
STYLES = {
    Status.WAITING: "dim",
    Status.RUNNING: "cyan",
    Status.DONE: "green",
    Status.FAILED: "red",
}


class LiveView:
    """A Watch that draws. What it last drew stays on the screen."""

    def __init__(
        self,
        err: Console,
        bar: ConsoleRenderable | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`bar` is drawn below the board."""
        self._err = err
        self._clock = clock
        self._picture = Picture(Board(), clock, bar)
        self._live = self._drawing()

    def __enter__(self) -> LiveView:
        self._live.start(refresh=True)
        return self

    def __exit__(self, *raised: object) -> None:
        self._picture.still = True
        self._live.stop()

    def see(self, event: Event) -> None:
        self._picture.board = after(self._picture.board, event, self._clock())

    @contextmanager
    def pause(self) -> Iterator[None]:
        # The picture is drawn again below the question, so this one need not stay.
        self._live.transient = True
        self._live.stop()
        try:
            yield
        finally:
            self._live = self._drawing()
            self._live.start(refresh=True)

    def _drawing(self) -> Live:
        return Live(self._picture, console=self._err, refresh_per_second=8)


class Picture:
    """A board, drawable at any moment."""

    def __init__(
        self, board: Board, clock: Callable[[], float], bar: ConsoleRenderable | None = None
    ) -> None:
        self.board = board
        self.still = False
        """Whether nothing moves any more: streams are left out of the last picture."""
        self._clock, self._bar = clock, bar

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield tree(
            self.board,
            self._clock(),
            width=options.max_width,
            plain=options.ascii_only,
            still=self.still,
        )
        if self._bar is not None and not self.still:
            yield self._bar


def tree(
    board: Board, now: float, *, width: int = 80, plain: bool = False, still: bool = False
) -> Tree:
    """The board as a tree, `width` columns wide; `plain` keeps to ASCII."""
    first, *rest = board.rows
    if not still and not first.doing:
        first = replace(first, doing=board.phase)
    root = Tree(_label(first, now, width, plain, still), guide_style="dim")
    _stream(root, first, width, still)
    for row in rest:
        branch = root.add(_label(row, now, width - 4, plain, still))
        _stream(branch, row, width - 8, still)
    return root


def _label(row: Row, now: float, width: int, plain: bool, still: bool) -> Text:
    name = Text(f"{_mark(row, now, plain)} ", STYLES[row.status])
    name.append(f"{one_line(row.id)} " if row.id else "")
    name.append(f"{row.role:<13}" if row.id else row.role, "bold")
    facts = _facts(row, now, still)
    room = width - name.cell_len - len(facts) - 2
    if row.goal and room > 8:
        name.append(" " + one_line(row.goal, room - 1))
    if facts:
        name.append(("  " if row.id else " ") + facts, "dim")
    name.truncate(width, overflow="ellipsis")
    return name


def _facts(row: Row, now: float, still: bool) -> str:
    """What is worth saying at the end of a row."""
    facts = [one_line(row.doing)] if row.doing and not still else []
    if row.status is Status.WAITING and row.needs:
        facts.append(f"waits for {', '.join(map(one_line, row.needs))}")
    if row.tools:
        facts.append(count(row.tools, "tool"))
    if row.findings:
        facts.append(count(row.findings, "finding"))
    if row.thought_tokens:
        facts.append(f"thought {row.thought_tokens:,} tok")
    if row.status is Status.RUNNING and (rate := row.rate(now)) >= 0.1:
        facts.append(f"{rate:.0f} tok/s" if rate >= 10 else f"{rate:.1f} tok/s")
    if row.began is not None:
        facts.append(duration((row.ended or now) - row.began) if row.id else "")
    return " · ".join(filter(None, facts))


def _stream(branch: Tree, row: Row, width: int, still: bool) -> None:
    """One folded line: what the model says now, dimmed where it is thinking, or why it failed."""
    if row.status is Status.FAILED and row.summary:
        branch.add(Text(one_line(row.summary, max(width, 8)), "red"))
    lines = [line for line in clean(row.tail).splitlines() if line.strip()]
    if not lines or still or row.status is not Status.RUNNING or width < 8:
        return
    line = one_line(lines[-1])
    text = Text(line if len(line) < width else "…" + line[-(width - 1) :])
    text.stylize("dim italic" if row.thinking else "")
    text.truncate(width, overflow="ellipsis")
    branch.add(text)


def _mark(row: Row, now: float, plain: bool) -> str:
    if row.status is Status.RUNNING or row.doing:
        return "*" if plain else FRAMES[int(now * 8) % len(FRAMES)]
    return (PLAIN_MARKS if plain else MARKS)[row.status]
