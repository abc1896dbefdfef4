"""`cadre chat`: one conversation over one repository, a request a line.

With a terminal a prompt with a history; without one a request for each line of stdin. Ctrl-C stops
what runs and comes back to the prompt, Ctrl-D leaves. A request that fails does not end the chat.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from rich.text import Text

from agents.request import Request
from agents.roster import resolve
from agents.settings import Settings, load
from console.conclusion import conclude
from console.exits import Exit
from console.follow import follow
from console.interrupts import Interrupts
from console.json_lines import JsonLines
from console.loading_bar import LoadingBar
from console.lost_worker import losses_told
from console.options import RunOptions, Typed
from console.piped import piped_lines
from console.roster import show_roster
from console.running import a_watch, an_approver
from console.slash import MEANINGS, Slash, slash_of
from console.team import OpenTeam, Working, real_team, root_of
from console.terminal import Terminal, this_terminal
from models.errors import CadreError

WELCOME = "Ask for something; /help lists the rest, Ctrl-D leaves."


class Chat:
    """What lasts from one line to the next: the session, and whether to think."""

    def __init__(
        self,
        options: RunOptions,
        settings: Settings,
        team: Working,
        terminal: Terminal,
        interrupts: Interrupts,
        bar: LoadingBar,
    ) -> None:
        self.options = options
        self.exit = Exit.DONE
        """How the last request ended."""
        self._settings = settings
        self._team = team
        self._terminal = terminal
        self._interrupts = interrupts
        self._bar = bar

    async def take(self, line: str) -> bool:
        """Do what the line says; False once it says to leave."""
        try:
            command = slash_of(line)
            if command is None:
                await self._ask(line)
            else:
                rest = line.split(maxsplit=1)[1:]
                self._obey(command)
                if rest and command in {Slash.THINK, Slash.NO_THINK}:
                    await self._ask(rest[0])
        except CadreError as error:
            self._terminal.tell_error(error)
            self.exit = Exit.of(error)
            return True
        return command is not Slash.QUIT

    async def _ask(self, text: str) -> None:
        """One request in a task of its own, which Ctrl-C stops without ending the chat."""
        running = asyncio.ensure_future(self._run(text))
        with self._interrupts.stops(running):
            self.exit = await running

    async def _run(self, text: str) -> Exit:
        options, terminal = self.options, self._terminal
        request = Request(
            text=text,
            repo=str(root_of(options.repo)),
            thinking=options.thinking,
            thinking_budget=options.thinking_budget,
        )
        session = options.session or await self._team.sessions.free_name(text)
        with a_watch(terminal, self._bar) as watch:
            events = self._team.run(request, session, an_approver(terminal, watch))
            ending = await follow(events, watch, session)
        self.options = replace(options, session=ending.session)
        return conclude(ending, options.output, terminal, JsonLines(), root_of(options.repo))

    def _obey(self, command: Slash) -> None:
        match command:
            case Slash.THINK | Slash.NO_THINK:
                self.options = replace(self.options, thinking=command is Slash.THINK)
                self._terminal.tell(
                    "thinking on" if self.options.thinking else "thinking off", "dim"
                )
            case Slash.AGENTS:
                show_roster(self._terminal.out, resolve(self._settings))
            case Slash.HELP:
                for name, meaning in MEANINGS.items():
                    self._terminal.err.print(Text(f"{name:<10} {meaning}"))
            case Slash.QUIT:
                pass


def chat(repo: Path, session: str | None, thinking: bool | None, typed: Typed) -> Exit:
    """The conversation, until its reader leaves."""
    interrupts = Interrupts()
    options = RunOptions("", repo, session=session, thinking=thinking, typed=typed)
    return interrupts.drive(lambda: converse(options, this_terminal(), interrupts))


async def converse(
    options: RunOptions,
    terminal: Terminal,
    interrupts: Interrupts,
    open_team: OpenTeam = real_team,
) -> Exit:
    """Line after line. A person leaves with 0; without one the last request's code is kept."""
    settings = load(root_of(options.repo), options.typed.flags())
    if terminal.answers:
        terminal.tell(WELCOME, "dim")
    bar = LoadingBar()
    with losses_told(terminal):
        async with open_team(settings, bar, terminal.note) as team:
            talk = Chat(options, settings, team, terminal, interrupts, bar)
            async for line in _typed(settings, terminal) if terminal.answers else piped_lines():
                if line.strip() and not await talk.take(line.strip()):
                    break
    return Exit.DONE if terminal.answers else talk.exit


async def _typed(settings: Settings, terminal: Terminal) -> AsyncIterator[str]:
    from console.prompt import ask_for_request, make_prompt

    prompt = make_prompt(settings.state_dir / "history")
    while (line := await ask_for_request(prompt, terminal)) is not None:
        yield line
