"""`cadre models rm`: shows what would go and how many bytes that frees, asks, and deletes it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from console.clean import one_line
from console.exits import Exit
from console.terminal import Terminal, this_terminal, write
from console.words import count, size
from models.errors import UsageError
from models.hub import Removal, hub_name, removal
from models.hub.name import RepositoryOf


def remove(
    names: Sequence[str],
    *,
    yes: bool = False,
    cache: Path | None = None,
    repository_of: RepositoryOf | None = None,
) -> Exit:
    """Delete models; all must be on disk before the first goes."""
    terminal = this_terminal()
    wanted = [hub_name(name, repository_of) for name in dict.fromkeys(names)]
    for name in wanted:
        removal(name, cache)
    for name in wanted:
        planned = removal(name, cache)
        _show(planned, terminal)
        try:
            agreed = yes or _agreed(planned, terminal)
        except (KeyboardInterrupt, asyncio.CancelledError):
            terminal.tell(f"{one_line(name.text)} was not removed")
            return Exit.INTERRUPTED
        if not agreed:
            terminal.tell(f"{one_line(name.text)} was not removed")
            continue
        planned.execute()
        write(terminal.out, f"removed {one_line(name.text)}, {size(planned.bytes)} freed\n")
    return Exit.DONE


def _show(planned: Removal, terminal: Terminal) -> None:
    for one in planned.models:
        terminal.tell(f"{one_line(one.reference)}  {size(one.bytes)}")
    if planned.partial:
        terminal.tell(f"{count(len(planned.partial), 'file')} of a pull that was stopped")


def _agreed(planned: Removal, terminal: Terminal) -> bool:
    if not terminal.answers:
        raise UsageError("nobody is there to ask", "remove without asking: --yes")
    from console.question import ask

    try:
        answer = asyncio.run(ask(f"  free {size(planned.bytes)}? y/n > "))
    except EOFError:
        return False
    return answer.strip().lower() in {"y", "yes"}
