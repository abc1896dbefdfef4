"""What is going on, folded from events: the state behind the live view. Pure, and never changed.

A row for the coordinator, and one for each task. `after` gives the next board, so a view can be
drawn from another thread while events arrive.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import singledispatch

from agents.outcome import Status
from console.words import call
from graphs.events import (
    ApprovalAsked,
    Event,
    Failed,
    FindingEvent,
    ModelAwaited,
    Planned,
    Published,
    Reported,
    TaskFinished,
    TaskStarted,
    Text,
    TextDelta,
    ThoughtDelta,
    ThoughtEvent,
    ToolCalled,
    ToolStarted,
)

TAIL = 400
"""Characters of a stream that are kept to be shown."""
PULSES = 48
"""Deltas, about one token each, over which a rate is taken."""


@dataclass(frozen=True)
class Row:
    """One task, or the coordinator."""

    id: str
    """The task's id; empty for the coordinator."""
    role: str
    goal: str = ""
    needs: tuple[str, ...] = ()
    status: Status = Status.WAITING
    doing: str = ""
    """The tool that runs, or the question that waits."""
    tail: str = ""
    """The end of what streams in."""
    thinking: bool = False
    """Whether `tail` is thinking."""
    thought_tokens: int = 0
    tools: int = 0
    findings: int = 0
    pulses: tuple[float, ...] = ()
    """When the last deltas came."""
    began: float | None = None
    ended: float | None = None
    summary: str = ""

    def rate(self, now: float) -> float:
        """Tokens a second over the last deltas; falls towards 0 while nothing comes."""
        if len(self.pulses) < 2:
            return 0.0
        return (len(self.pulses) - 1) / max(now - self.pulses[0], 1e-6)


@dataclass(frozen=True)
class Board:
    """All rows, the coordinator first."""

    rows: tuple[Row, ...] = (Row(id="", role="coordinator", doing="starting"),)
    session: str = ""
    over: bool = False

    @property
    def phase(self) -> str:
        """What the coordinator is at, in a word; empty while the team works and at the end."""
        states = [row.status for row in self.rows if row.id]
        if self.over or Status.WAITING in states or Status.RUNNING in states:
            return ""
        return "concluding" if states else "planning"

    def row(self, id: str) -> Row | None:
        """The row of a task; of the coordinator for the empty id."""
        return next((row for row in self.rows if row.id == id), None)

    def with_row(self, row: Row) -> Board:
        """The board with this row in place of the one with its id, or at the end."""
        if self.row(row.id) is None:
            return replace(self, rows=(*self.rows, row))
        return replace(self, rows=tuple(row if old.id == row.id else old for old in self.rows))


def after(board: Board, event: Event, now: float) -> Board:
    """The board once that has happened, `now` in seconds of any steady clock."""
    if isinstance(event, Published) and event.session:
        board = replace(board, session=event.session)
    return _after(event, board, now)


@singledispatch
def _after(event: Event, board: Board, now: float) -> Board:
    return board


@_after.register
def _(event: Planned, board: Board, now: float) -> Board:
    for task in event.tasks:
        known = board.row(task.id) or Row(id=task.id, role=task.role)
        status = Status.DONE if task.id in event.finished else known.status
        board = board.with_row(replace(known, goal=task.goal, needs=task.needs, status=status))
    return _change(board, "", doing="", tail="", pulses=())


@_after.register
def _(event: TaskStarted, board: Board, now: float) -> Board:
    row = board.row(event.task) or Row(id=event.task, role=event.role, goal=event.goal)
    return board.with_row(replace(row, status=Status.RUNNING, began=row.began or now))


@_after.register
def _(event: ThoughtDelta, board: Board, now: float) -> Board:
    return _streamed(board, event.task, event.text, now, thinking=True)


@_after.register
def _(event: TextDelta, board: Board, now: float) -> Board:
    return _streamed(board, event.task, event.text, now, thinking=False)


@_after.register
def _(event: ThoughtEvent, board: Board, now: float) -> Board:
    row = board.row(event.task or "")
    tokens = (row.thought_tokens if row else 0) + event.tokens
    return _change(board, event.task, thought_tokens=tokens, tail="", thinking=False)


@_after.register
def _(event: Text, board: Board, now: float) -> Board:
    return _change(board, event.task, tail="", pulses=())


@_after.register
def _(event: ModelAwaited, board: Board, now: float) -> Board:
    return _change(board, event.task, doing=f"waits for its model, position {event.position}")


@_after.register
def _(event: ToolStarted, board: Board, now: float) -> Board:
    return _change(board, event.task, doing=call(event.tool, event.arguments, 60), tail="")


@_after.register
def _(event: ApprovalAsked, board: Board, now: float) -> Board:
    return _change(board, event.task, doing=f"asks: {call(event.tool, event.arguments, 60)}")


@_after.register
def _(event: ToolCalled, board: Board, now: float) -> Board:
    row = board.row(event.task or "")
    return _change(board, event.task, doing="", pulses=(), tools=(row.tools if row else 0) + 1)


@_after.register
def _(event: FindingEvent, board: Board, now: float) -> Board:
    row = board.row(event.task)
    return _change(board, event.task, findings=(row.findings if row else 0) + 1)


@_after.register
def _(event: TaskFinished, board: Board, now: float) -> Board:
    return _change(
        board,
        event.task,
        status=event.status,
        summary=event.summary,
        ended=now,
        doing="",
        tail="",
        pulses=(),
    )


@_after.register(Reported)
@_after.register(Failed)
def _(event: Published, board: Board, now: float) -> Board:
    status = Status.DONE if isinstance(event, Reported) else Status.FAILED
    board = _change(board, "", status=status, doing="", tail="", pulses=())
    return replace(board, over=True)


def _streamed(board: Board, task: str | None, text: str, now: float, *, thinking: bool) -> Board:
    row = board.row(task or "")
    if row is None:
        return board
    before = row.tail if row.thinking == thinking else ""
    return board.with_row(
        replace(
            row,
            status=Status.RUNNING,
            began=row.began or now,
            doing="",
            thinking=thinking,
            tail=(before + text)[-TAIL:],
            pulses=(*row.pulses, now)[-PULSES:],
        )
    )


def _change(board: Board, task: str | None, **changes: object) -> Board:
    row = board.row(task or "")
    return board.with_row(replace(row, **changes)) if row else board  # type: ignore[arg-type]
