"""Taking back what a session changed: what would be restored, what stands in the way, the undo."""

import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from agents.repository import find_repository
from agents.tools.process import Processes
from agents.undo import Snapshots, Undo, drop
from graphs.sessions import Sessions
from models.errors import CadreError


class Undoing:
    """The way back of one session, held so that nobody works on it meanwhile."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots

    async def plan(self) -> Undo:
        """What an undo would restore; nothing is changed."""
        return await self._snapshots.plan_undo()

    async def undo(self) -> Undo:
        """Restore it, or nothing at all where somebody changed a file later."""
        return await self._snapshots.undo()


@asynccontextmanager
async def undoing(sessions: Sessions, name: str) -> AsyncGenerator[Undoing, None]:
    """The undo of that session; SessionError where there is none, or somebody works on it."""
    row = await sessions.get(name)
    with sessions.held(name):
        workplace = await find_repository(Path(row.repo), Processes())
        yield Undoing(Snapshots(workplace, name))


async def forget(sessions: Sessions, name: str) -> None:
    """Forget what was kept for the undo of a session that is going; its repository may be gone."""
    row = await sessions.get(name)
    with contextlib.suppress(CadreError):
        await drop(await find_repository(Path(row.repo), Processes()), name)
