"""A team that plays events, and remembers what it was asked."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager

from agents.request import Request
from agents.settings import Settings
from graphs.approvals import Approver
from graphs.events import Event, Published
from models.errors import CadreError


class FakeNames:
    """Sessions are called after the first word of their request."""

    async def free_name(self, request: str) -> str:
        return request.split()[0].lower()


class FakeTeam:
    """Plays `events` for every request; waits for ever before the one at `hangs`. `notes` are told
    when it is opened."""

    def __init__(
        self,
        events: Sequence[Event],
        raises: CadreError | None = None,
        hangs: int = -1,
        notes: Sequence[str] = (),
    ) -> None:
        self.sessions = FakeNames()
        self.requests: list[Request] = []
        self.asked: list[str | None] = []
        """The sessions that were asked for."""
        self.closed = 0
        """How many runs were closed, at their end or before."""
        self.waiting = asyncio.Event()
        self._events = events
        self._raises = raises
        self._hangs = hangs
        self._notes = notes

    async def run(
        self,
        request: Request,
        session: str | None = None,
        approver: Approver | None = None,
        *,
        plan_only: bool = False,
    ) -> AsyncGenerator[Event, None]:
        self.requests.append(request)
        async with aclosing(self.resume(session)) as events:
            async for event in events:
                yield event

    async def resume(
        self, session: str | None = None, approver: Approver | None = None
    ) -> AsyncGenerator[Event, None]:
        self.asked.append(session)
        if self._raises:
            raise self._raises
        try:
            for seq, event in enumerate(self._events):
                if seq == self._hangs:
                    self.waiting.set()
                    await asyncio.Event().wait()
                yield _stamped(event, session or "", seq + 1)
        finally:
            self.closed += 1

    @asynccontextmanager
    async def open(
        self,
        settings: Settings,
        on_progress: Callable[[str, float], None],
        on_note: Callable[[str], None],
    ) -> AsyncIterator["FakeTeam"]:
        """In place of `graphs.team.open_team`."""
        for note in self._notes:
            on_note(note)
        yield self


def _stamped(event: Event, session: str, seq: int) -> Event:
    if not isinstance(event, Published):
        return event
    return event.model_copy(update={"session": session, "seq": seq})
