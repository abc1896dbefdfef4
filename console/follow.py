"""Follows one run to its end, whichever end that is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum

from agents.report import Report
from console.watch import Watch
from graphs.events import Event, Failed, Published, Reported


class Stopped(StrEnum):
    """Why a run was stopped before its end, as the user is told."""

    ASKED = "stopped"
    UNREAD = "stopped, since nobody reads the output any more"


@dataclass(frozen=True)
class Ending:
    """How a run ended."""

    session: str = ""
    """Its name; empty where it ended before it had one."""
    report: Report | None = None
    failed: Failed | None = None
    stopped: Stopped | None = None


async def follow(events: AsyncGenerator[Event, None], watch: Watch, session: str = "") -> Ending:
    """Shows each event. A run that is cancelled, or that nobody reads, is stopped cleanly."""
    last: Published | None = None
    try:
        async with aclosing(events) as stream:
            async for event in stream:
                if isinstance(event, Published):
                    session = event.session or session
                    last = event
                watch.see(event)
    except asyncio.CancelledError:
        return Ending(session, stopped=Stopped.ASKED)
    except BrokenPipeError:
        return Ending(session, stopped=Stopped.UNREAD)
    return Ending(
        session,
        report=last.report if isinstance(last, Reported) else None,
        failed=last if isinstance(last, Failed) else None,
    )
