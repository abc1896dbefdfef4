"""`cadre sessions` and `cadre thoughts`: what was run before, and what was thought."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar

from rich.console import Console
from rich.table import Table
from rich.text import Text

from agents.settings import load
from agents.thought import Thought
from console.clean import clean, one_line
from console.exits import Exit
from console.report import show
from console.terminal import this_terminal, write
from console.words import call, count, duration
from graphs.session import SessionRow, SessionView
from graphs.sessions import Sessions, open_sessions
from models.errors import UsageError

T = TypeVar("T")

FIRST = 'nothing was run yet; begin with: cadre run "..."'


def list_sessions() -> Exit:
    """All sessions, the latest first."""
    rows = _with_store(lambda sessions: sessions.list())
    terminal = this_terminal()
    if not rows:
        terminal.tell(FIRST)
    elif terminal.out.is_terminal:
        terminal.out.print(session_table(rows))
    else:
        for row in rows:
            write(terminal.out, _plain(row) + "\n")
    return Exit.DONE


def show_session(name: str) -> Exit:
    """One session: its plan, its evidence and its report."""
    view = _with_store(lambda sessions: sessions.show(name))
    show_view(this_terminal().out, view)
    return Exit.DONE


def remove_sessions(names: Sequence[str]) -> Exit:
    """Deletes sessions; all must exist before the first goes."""

    from graphs.undoing import forget

    async def remove(sessions: Sessions) -> None:
        for name in names:
            await sessions.get(name)
        for name in names:
            await forget(sessions, name)
            await sessions.rm(name)

    _with_store(remove)
    this_terminal().tell(f"removed {', '.join(names)}")
    return Exit.DONE


def thoughts(name: str, role: str | None, task: str | None = None) -> Exit:
    """What was thought in a session, by everybody, by one role or on one task."""
    view = _with_store(lambda sessions: sessions.show(name))
    chosen = [
        one
        for one in view.thoughts
        if (role is None or one.role == role) and (task is None or one.task == task)
    ]
    if not chosen:
        of, on = f" of {role}" if role else "", f" on {task}" if task else ""
        raise UsageError(
            f"session {name} has no thoughts{of}{on}",
            f"think with: cadre run --think; see what there is with: cadre sessions show {name}",
        )
    show_thoughts(this_terminal().out, chosen)
    return Exit.DONE


def session_table(rows: Sequence[SessionRow]) -> Table:
    """The list of sessions for a terminal."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("session", "status", "updated"):
        table.add_column(title, header_style="bold", no_wrap=True)
    for title in ("repository", "request"):
        table.add_column(title, header_style="bold", overflow="ellipsis", no_wrap=True)
    for row in rows:
        cells = (row.name, row.status.value, _when(row.updated), row.repo, row.request)
        table.add_row(*(Text(one_line(cell)) for cell in cells))
    return table


def show_view(out: Console, view: SessionView) -> None:
    """Everything that a session holds, but the thoughts."""
    row = view.row
    out.print(Text(f"{row.name} ", "bold").append(f"{row.status.value}, {row.repo}", "dim"))
    out.print(Text(f"{_when(row.created)} to {_when(row.updated)}", "dim"))
    out.print(Text(one_line(row.request)), soft_wrap=True)
    _show_plan(out, view)
    _show_evidence(out, view)
    if view.report:
        out.print()
        show(out, view.report)
    else:
        out.print(Text(f"\nno report yet; continue with: cadre resume {row.name}"), soft_wrap=True)
    if view.thoughts:
        told = f"{count(len(view.thoughts), 'thought')}: cadre thoughts {row.name}"
        out.print(Text(told, "dim"), soft_wrap=True)


def show_thoughts(out: Console, chosen: Sequence[Thought]) -> None:
    """Each trace under a line that says whose it is and what it cost."""
    for one in chosen:
        task = f" {one.task}" if one.task else ""
        cost = f"{count(one.tokens, 'token')} in {duration(one.seconds)}, closed by {one.closed}"
        out.print(Text(f"{one.role.value}{task}  ", "bold").append(cost, "dim"), soft_wrap=True)
        if one.decided:
            out.print(Text(one_line(one.decided), "dim"), soft_wrap=True)
        out.print(Text(clean(one.text).strip() + "\n"))


def _with_store(work: Callable[[Sessions], Awaitable[T]]) -> T:
    async def opened() -> T:
        async with open_sessions(load().sessions_path) as sessions:
            return await work(sessions)

    return asyncio.run(opened())


def _show_plan(out: Console, view: SessionView) -> None:
    if view.plan is None:
        return
    out.print(Text("\nPlan", "bold"))
    for task in view.plan.tasks:
        outcome = view.outcomes.get(task.id)
        status = outcome.status.value if outcome else "waiting"
        line = f"  {task.id:<4} {task.role.value:<13} {status:<8} {one_line(task.goal)}"
        out.print(Text(line), soft_wrap=True)


def _show_evidence(out: Console, view: SessionView) -> None:
    if view.evidence:
        out.print(Text("\nEvidence", "bold"))
    for one in view.evidence:
        end = f"exit {one.exit_code}, {duration(one.seconds)}"
        line = f"  [{one.id}] {call(one.tool, one.arguments)}  {end}"
        out.print(Text(line), soft_wrap=True)


def _plain(row: SessionRow) -> str:
    """One session a line, fields separated by tabs, for other programs."""
    cells = (row.name, row.status.value, row.updated.isoformat(), row.repo, row.request)
    return "\t".join(one_line(cell) for cell in cells)


def _when(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
