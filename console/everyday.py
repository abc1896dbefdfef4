"""`cadre review`, `ci`, `test`, `docs`, `commit`, `changelog`: requests whose plan is known."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any

from agents.recipes import Asked, request_for
from agents.repository import find_repository
from agents.request import Recipe
from agents.settings import load
from agents.tools.process import Processes
from console.exits import Exit
from console.interrupts import Interrupts
from console.options import RunOptions, typed_request
from console.running import Prepared, watched
from console.team import OpenTeam, Working, real_team, root_of
from console.terminal import Terminal, this_terminal
from graphs.approvals import Approver
from graphs.events import Event


def everyday(recipe: Recipe, options: Mapping[str, Any], **own: Any) -> Exit:  # Any: as typed
    """One everyday task from the command line."""
    asked, given = Asked(recipe, **own), typed_request(recipe, options)
    return Interrupts().drive(lambda: work(asked, given, this_terminal()))


async def work(
    asked: Asked, options: RunOptions, terminal: Terminal, open_team: OpenTeam = real_team
) -> Exit:
    """One everyday task, from its settings to its exit code."""

    async def prepare() -> Prepared:
        settings = load(root_of(options.repo), options.typed.flags())
        workplace = await find_repository(options.repo, Processes())
        made = await request_for(asked, workplace)
        request = made.model_copy(
            update={"thinking": options.thinking, "thinking_budget": options.thinking_budget}
        )

        def begin(
            team: Working, session: str, approver: Approver | None
        ) -> AsyncGenerator[Event, None]:
            return team.run(request, session, approver, plan_only=options.plan_only)

        return Prepared(settings, begin, options.session, request.text, workplace.root)

    return await watched(prepare, options.output, terminal, open_team)
