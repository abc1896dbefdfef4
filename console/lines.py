"""Progress as plain lines on stderr, where no terminal can be drawn on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import singledispatch

from rich.console import Console

from console.clean import clean, one_line
from console.words import call, count, duration, place
from graphs.events import (
    ApprovalAsked,
    Event,
    Failed,
    FindingEvent,
    Planned,
    TaskFinished,
    TaskStarted,
    ThoughtEvent,
    ToolCalled,
)


class Lines:
    """A Watch that prints a line for what matters, and nothing for the rest."""

    def __init__(self, err: Console) -> None:
        self._err = err

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *raised: object) -> None: ...

    def see(self, event: Event) -> None:
        for line in lines(event):
            self._err.print(line, soft_wrap=True)

    @contextmanager
    def pause(self) -> Iterator[None]:
        yield


@singledispatch
def lines(event: Event) -> list[str]:
    """The lines that tell of an event; none for most."""
    return []


@lines.register
def _(event: Planned) -> list[str]:
    return [
        _line(task.id, task.role, ("finished: " if task.id in event.finished else "") + task.goal)
        + (f" (after {', '.join(task.needs)})" if task.needs else "")
        for task in event.tasks
    ]


@lines.register
def _(event: TaskStarted) -> list[str]:
    return [_line(event.task, event.role, "started")]


@lines.register
def _(event: ThoughtEvent) -> list[str]:
    cost = f"thought {count(event.tokens, 'token')} in {duration(event.seconds)}"
    return [_line(event.task, event.role, cost)]


@lines.register
def _(event: ToolCalled) -> list[str]:
    result = f"exit {event.exit_code} in {duration(event.seconds)} [{event.evidence}]"
    return [_line(event.task, event.role, f"{call(event.tool, event.arguments)}: {result}")]


@lines.register
def _(event: ApprovalAsked) -> list[str]:
    asked = f"asks: {call(event.tool, event.arguments)} ({event.reason})"
    return [_line(event.task, event.role, asked)]


@lines.register
def _(event: FindingEvent) -> list[str]:
    where = place(event.path, event.line)
    return [_line(event.task, event.role, f"{event.severity.value}: {where} {event.message}")]


@lines.register
def _(event: TaskFinished) -> list[str]:
    return [_line(event.task, event.role, f"{event.status.value}: {one_line(event.summary, 200)}")]


@lines.register
def _(event: Failed) -> list[str]:
    return []  # told once, at the end, with its hint


def _line(task: str | None, role: str, text: str) -> str:
    return f"{task or '-':<4} {role:<13} {one_line(clean(text))}"
