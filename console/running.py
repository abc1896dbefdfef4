"""`cadre run` and `cadre resume`: settings, a team, a watch on its events, and how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from agents.request import Request
from agents.setting_layer import Layer, merge
from agents.settings import Settings, load
from console import output_files
from console.conclusion import conclude
from console.exits import Exit
from console.follow import Ending, Stopped, follow
from console.interrupts import Interrupts
from console.json_lines import JsonLines
from console.loading_bar import LoadingBar
from console.lost_worker import losses_told
from console.options import Output, RunOptions, Typed
from console.team import OpenTeam, Working, real_team, root_of
from console.terminal import Terminal, this_terminal
from console.watch import Watch
from graphs.approvals import Approver
from graphs.events import Event
from models.errors import CadreError, UsageError

Begin = Callable[[Working, str, Approver | None], AsyncGenerator[Event, None]]
"""Begins the run on an open team, under the name of its session."""


@dataclass(frozen=True)
class Prepared:
    """All that can be known before the team is there."""

    settings: Settings
    begin: Begin
    session: str | None = None
    text: str = ""
    """The request; it names a session that has no name yet."""
    repo: Path = Path()
    """The repository's root."""


def run(options: RunOptions) -> Exit:
    """One request from the command line."""
    return Interrupts().drive(lambda: run_request(options, this_terminal()))


def resume(name: str | None, typed: Typed, output: Output) -> Exit:
    """Go on where a session stopped; the latest where none is named."""
    return Interrupts().drive(lambda: resume_session(name, typed, output, this_terminal()))


async def run_request(
    options: RunOptions, terminal: Terminal, open_team: OpenTeam = real_team
) -> Exit:
    """One request, from its settings to its exit code."""

    async def prepare() -> Prepared:
        settings, request = load(root_of(options.repo), options.typed.flags()), _request(options)

        def begin(
            team: Working, session: str, approver: Approver | None
        ) -> AsyncGenerator[Event, None]:
            return team.run(request, session, approver, plan_only=options.plan_only)

        return Prepared(settings, begin, options.session, options.text, Path(request.repo))

    return await watched(prepare, options.output, terminal, open_team)


async def resume_session(
    name: str | None,
    typed: Typed,
    output: Output,
    terminal: Terminal,
    open_team: OpenTeam = real_team,
) -> Exit:
    """The rest of a session, under the settings of its repository and what was typed with it."""

    async def prepare() -> Prepared:
        from graphs.sessions import open_sessions

        async with open_sessions(load(None, typed.flags()).sessions_path) as sessions:
            row = await (sessions.get(name) if name else sessions.latest())
        settings = load(Path(row.repo), merge([Layer("begun", row.flags), typed.layer()]))
        return Prepared(
            settings, lambda team, *rest: team.resume(*rest), row.name, repo=Path(row.repo)
        )

    return await watched(prepare, output, terminal, open_team)


def a_watch(terminal: Terminal, bar: LoadingBar) -> Watch:
    """A live view with a loading bar where they can be drawn, plain lines elsewhere."""
    if terminal.lively:
        from console.live import LiveView

        return LiveView(terminal.err, bar)
    from console.lines import Lines

    return Lines(terminal.err)


def an_approver(terminal: Terminal, watch: Watch) -> Approver | None:
    """Somebody who can be asked, where somebody is there."""
    if not terminal.answers:
        return None
    from console.approval import Person
    from console.question import ask

    return Person(terminal.err, watch, ask)


def _request(options: RunOptions) -> Request:
    if not options.text.strip():
        raise UsageError(
            "the request is empty", 'say what you want: cadre run "Why do tests fail?"'
        )
    return Request(
        text=options.text,
        repo=str(root_of(options.repo)),
        thinking=options.thinking,
        thinking_budget=options.thinking_budget,
    )


async def watched(
    prepare: Callable[[], Awaitable[Prepared]],
    output: Output,
    terminal: Terminal,
    open_team: OpenTeam,
) -> Exit:
    """In JSON also what goes wrong before the run is told as its last line."""
    lines = JsonLines()
    try:
        output_files.check(output)
        prepared = await prepare()
        ending = await _followed(prepared, lines if output.json else None, terminal, open_team)
        return conclude(ending, output, terminal, lines, prepared.repo)
    except CadreError as error:
        if output.json:
            lines.fail(error.message, error.hint, Exit.of(error))
        raise


async def _followed(
    prepared: Prepared,
    lines: JsonLines | None,
    terminal: Terminal,
    open_team: OpenTeam,
) -> Ending:
    bar = LoadingBar()
    try:
        with losses_told(terminal, lines), lines or a_watch(terminal, bar) as watch:
            async with open_team(prepared.settings, bar, terminal.note) as team:
                session = prepared.session or await team.sessions.free_name(prepared.text)
                events = prepared.begin(team, session, an_approver(terminal, watch))
                return await follow(events, watch, session)
    except asyncio.CancelledError:
        return Ending(stopped=Stopped.ASKED)
