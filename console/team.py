"""What the console asks of a team, so that tests can give another one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from agents.request import Request
from agents.settings import Settings
from graphs.approvals import Approver
from graphs.events import Event
from models.errors import UsageError


class Naming(Protocol):
    """Names new sessions."""

    async def free_name(self, request: str) -> str: ...


class Working(Protocol):
    """Runs requests and resumes sessions; `graphs.team.Team` is one."""

    @property
    def sessions(self) -> Naming: ...

    def run(
        self,
        request: Request,
        session: str | None = None,
        approver: Approver | None = None,
        *,
        plan_only: bool = False,
    ) -> AsyncGenerator[Event, None]: ...

    def resume(
        self, session: str | None = None, approver: Approver | None = None
    ) -> AsyncGenerator[Event, None]: ...


Progress = Callable[[str, float], None]
"""Told the name of a model and how much of it is loaded, 0.0 to 1.0; from any thread."""

Note = Callable[[str], None]
"""Told a line for the user, such as that memory is short; from any thread."""

OpenTeam = Callable[[Settings, Progress, Note], AbstractAsyncContextManager[Working]]


def real_team(
    settings: Settings, on_progress: Progress, on_note: Note
) -> AbstractAsyncContextManager[Working]:
    """The team with real models; imported here, since LangGraph takes its time."""
    from graphs.team import open_team

    return open_team(settings, on_progress, on_note)


def known_root(folder: Path) -> Path:
    """The same of a folder that must be there; a UsageError where it is not."""
    if not folder.expanduser().is_dir():
        raise UsageError(
            f"there is no directory {folder}", "name one that is there: --repo DIRECTORY"
        )
    return root_of(folder)


def root_of(folder: Path) -> Path:
    """The repository around a folder: the nearest one above with `.git`, or the folder itself.

    Whether it is one that can be worked on is for the team to say.
    """
    here = folder.expanduser().resolve()
    if not here.is_dir():
        return here
    return next((above for above in (here, *here.parents) if (above / ".git").exists()), here)
