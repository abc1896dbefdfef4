"""`cadre sessions undo`: shows what would be restored, asks, and restores all of it or nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

from rich.text import Text

from agents.change import preview
from agents.settings import load
from agents.undo import Undo
from console.card import change
from console.clean import one_line
from console.exits import Exit
from console.terminal import Terminal, this_terminal
from console.words import count
from models.errors import UsageError


def undo(name: str, *, yes: bool) -> Exit:
    """Take back what a session changed."""
    terminal = this_terminal()
    try:
        return asyncio.run(_undo(name, terminal, yes=yes))
    except asyncio.CancelledError:  # Ctrl-C at the question
        terminal.tell("nothing was restored")
        return Exit.INTERRUPTED


async def _undo(name: str, terminal: Terminal, *, yes: bool) -> Exit:
    from graphs.sessions import open_sessions
    from graphs.undoing import undoing

    async with (
        open_sessions(load(Path()).sessions_path) as sessions,
        undoing(sessions, name) as back,
    ):
        planned = await back.plan()
        if not planned.restored and not planned.conflicts:
            terminal.tell(f"session {name} has changed nothing that is not as before")
            return Exit.DONE
        _refuse(planned, terminal)
        terminal.err.print(change(preview(planned.restored)))
        if not yes and not await _agreed(planned, terminal):
            terminal.tell("nothing was restored")
            return Exit.DONE
        done = await back.undo()
        _refuse(done, terminal)
    for one in done.restored:
        terminal.out.print(Text(f"restored {one_line(one.path)}"))
    return Exit.DONE


def _refuse(undo: Undo, terminal: Terminal) -> None:
    """UsageError where the user's own changes stand in the way, which are shown."""
    if not undo.conflicts:
        return
    terminal.err.print(change(preview([one.change for one in undo.conflicts])))
    named = "; ".join(f"{one_line(one.path)}: {one.reason}" for one in undo.conflicts)
    raise UsageError(
        f"nothing was restored, since {named}",
        "keep or discard your change, for instance with git stash, then undo again",
    )


async def _agreed(undo: Undo, terminal: Terminal) -> bool:
    if not terminal.answers:
        raise UsageError("nobody is there to ask", "restore without asking: --yes")
    from console.question import ask

    files = count(len(undo.restored), "file")
    try:
        answer = await ask(f"  restore {files} as shown? y/n > ")
    except EOFError:
        return False
    return answer.strip().lower() in {"y", "yes"}
