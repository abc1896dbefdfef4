"""What the user asked, and of which repository."""

from typing import Literal

from agents.plan import Task
from agents.scope import Scope
from agents.word import Word

Recipe = Literal["", "review", "ci", "test", "docs", "commit", "changelog"]


class Request(Word):
    """One request to the team."""

    text: str
    """What the user typed."""
    repo: str
    """The repository's root folder, absolute and resolved."""
    thinking: bool | None = None
    """True or False where the user switched thinking; None: as the roster has it."""
    thinking_budget: int | None = None
    """Thinking tokens allowed per call where the user said so."""
    recipe: Recipe = ""
    """The everyday task that it is; empty where the user asked in words."""
    tasks: tuple[Task, ...] = ()
    """The plan that comes with it; empty where the coordinator makes one."""
    scope: Scope | None = None
    """The change that it is about; None: the whole repository."""
    revisions: str = ""
    """The range of commits that it is about."""
