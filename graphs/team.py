"""The team over its repositories: runs requests, resumes sessions, yields typed events.

    async with open_team(settings) as team:
        async for event in team.run(request, session, approver): ...

The last event is `Reported` or `Failed`. Cancelling the task that iterates stops the run cleanly,
down to the sequence in the engine; the session can be resumed.
"""

import asyncio
import contextlib
import itertools
import sqlite3
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

from agents.errors import exit_code
from agents.request import Request
from agents.roster import resolve
from agents.safety import masked
from agents.settings import Settings
from graphs.approvals import Approver
from graphs.context import Context
from graphs.course import Course
from graphs.events import Event, Failed, Published, Reported
from graphs.outfit import outfit
from graphs.session import SessionStatus
from graphs.sessions import Sessions, open_sessions, store_error
from graphs.workflow import build
from models import Models
from models.engine_options import EngineOptions
from models.errors import CadreError
from models.heat import kept_file, recorded
from models.pool import TeamModels
from models.workers import join_workers


class Team:
    """The open team. Made by `open_team`."""

    def __init__(self, settings: Settings, sessions: Sessions, models: Models) -> None:
        self.settings = settings
        self.sessions = sessions
        self.models = models
        self._workflow = build(sessions.saver)

    async def run(
        self,
        request: Request,
        session: str | None = None,
        approver: Approver | None = None,
        *,
        plan_only: bool = False,
    ) -> AsyncGenerator[Event, None]:
        """Work on a request, in a new session or as the next turn of an old one."""
        name = session or await self.sessions.free_name(request.text)
        with self.sessions.held(name):
            context = await self._context(name, request.repo, approver)
            root = str(context.workplace.root)
            request = request.model_copy(update={"repo": root, "text": masked(request.text)})
            await self.sessions.begin(name, request, self.settings.flags)
            course = Course(self._workflow, name, context, approver)
            ends = SessionStatus.PLANNED if plan_only else SessionStatus.DONE
            async with aclosing(self._kept(name, course.begin(request, plan_only), ends)) as events:
                async for event in events:
                    yield event

    async def resume(
        self, session: str | None = None, approver: Approver | None = None
    ) -> AsyncGenerator[Event, None]:
        """Go on where a session stopped; one that is done is reported again."""
        row = await (self.sessions.get(session) if session else self.sessions.latest())
        with self.sessions.held(row.name):
            context = await self._context(row.name, row.repo, approver)
            await self.sessions.mark(row.name, SessionStatus.RUNNING)
            course = Course(self._workflow, row.name, context, approver)
            ends = SessionStatus.DONE
            async with aclosing(self._kept(row.name, course.resume(row), ends)) as events:
                async for event in events:
                    yield event

    async def _context(self, session: str, repo: str, approver: Approver | None) -> Context:
        return await outfit(
            self.settings,
            self.models,
            self.sessions,
            session=session,
            repo=repo,
            attended=approver is not None,
        )

    async def _kept(
        self, name: str, events: AsyncGenerator[Event, None], ends: SessionStatus
    ) -> AsyncGenerator[Event, None]:
        """The events, stamped, with failures as the last one; the session's row says the end."""
        ended, count = SessionStatus.STOPPED, itertools.count(1)
        try:
            with recorded(self.models, self._counts_file(name)):
                async with aclosing(events):
                    async for event in events:
                        if isinstance(event, Reported):
                            ended = ends
                            await self._mark(name, ended)
                        yield _stamped(event, name, count)
        except (CadreError, sqlite3.Error) as error:
            ended = SessionStatus.FAILED
            yield _stamped(self._failed(error), name, count)
        finally:
            if ended is not ends:
                await self._mark(name, ended)

    def _counts_file(self, name: str) -> Path | None:
        """Where the experts that a session chose are kept; None: nowhere."""
        return kept_file(self.settings.state_dir, name) if self.settings.watch_experts else None

    def _failed(self, error: CadreError | sqlite3.Error) -> Failed:
        told = error if isinstance(error, CadreError) else store_error(error, self.sessions.path)
        return Failed(message=told.message, hint=told.hint, exit_code=exit_code(told))

    async def _mark(self, name: str, status: SessionStatus) -> None:
        # A disk that is full has been told already; the row then says `running`, which a list
        # shows as stopped, since nobody holds the session.
        with contextlib.suppress(sqlite3.Error):
            await self.sessions.mark(name, status)
            if status is SessionStatus.DONE:
                settings = self.settings
                await self.sessions.trim(settings.keep_sessions, settings.session_store_bytes)


def _stamped(event: Event, session: str, count: Iterator[int]) -> Event:
    if not isinstance(event, Published):
        return event
    return event.model_copy(update={"session": session, "seq": next(count)})


def _engine_options(settings: Settings) -> EngineOptions:
    return EngineOptions(
        context_tokens=settings.context_tokens,
        threads=settings.threads,
        seed=settings.seed,
        loading=settings.loading,
        tap_experts=settings.watch_experts,
        prefix_folder=settings.prefix_dir,
        prefix_bytes=settings.prefix_bytes,
    )


def _placed_together(settings: Settings) -> TeamModels:
    """Every role's models, the coordinator's first."""
    named = (name for member in resolve(settings) for name in member.models)
    return TeamModels(tuple(dict.fromkeys(named)), settings.max_agents)


@asynccontextmanager
async def open_team(
    settings: Settings,
    on_progress: Callable[[str, float], None] | None = None,
    on_note: Callable[[str], None] | None = None,
) -> AsyncGenerator[Team, None]:
    """The team with its store and models, closed at the end whatever happens.

    `on_progress` hears the name of a model that is loaded and how much of it is, `on_note` a line
    where memory is short; from any thread.
    """
    await asyncio.to_thread(join_workers, settings.workers)
    models = Models(
        _engine_options(settings),
        families=settings.families,
        endpoints=settings.endpoints,
        on_progress=on_progress,
        on_note=on_note,
        memory_bytes=settings.memory_bytes,
        team=_placed_together(settings),
    )
    try:
        async with open_sessions(settings.sessions_path) as sessions:
            yield Team(settings, sessions, models)
    finally:
        await asyncio.to_thread(models.close)
