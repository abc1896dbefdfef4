"""What a run needs beside its state, gathered and checked before anything is begun."""

from dataclasses import replace
from pathlib import Path

from agents.repository import find_repository
from agents.roster import roster
from agents.settings import Settings
from agents.tools.process import Processes
from agents.tools.rules import RuleBook
from agents.tools.sandboxes import find_sandbox
from agents.tools.workplace import Workplace
from agents.undo import Snapshots, expire
from graphs.context import Context
from graphs.journal import SessionJournal
from graphs.sessions import Sessions
from models import Models, parse_reference


async def outfit(
    settings: Settings,
    models: Models,
    sessions: Sessions,
    *,
    session: str,
    repo: str,
    attended: bool,
) -> Context:
    """The context of one run; a CadreError where the repository or a model cannot be used."""
    workplace = await _workplace(settings, Path(repo))
    await expire(workplace, settings.keep_undo_days)
    members = roster(settings)
    for reference in sorted({one for member in members.values() for one in member.models}):
        models.check(parse_reference(reference))
    return Context(
        settings=settings,
        roster=members,
        models=models,
        workplace=workplace,
        attended=attended,
        rules=RuleBook(workplace),
        snapshots=Snapshots(workplace, session),
        journal=SessionJournal(sessions, session),
    )


async def _workplace(settings: Settings, repo: Path) -> Workplace:
    """The repository, with the sandbox that commands in it are shut in."""
    found = await find_repository(repo, Processes())
    workplace = replace(found, longest_seconds=settings.tool_timeout_seconds)
    if not settings.sandbox:
        return replace(workplace, unconfined=True)
    machine = await find_sandbox(Processes())
    why = "; ".join(filter(None, (machine.text, machine.hint)))
    return replace(workplace, sandbox=machine.sandbox, no_sandbox=why)
