"""Run-wide objects: what nodes use but a checkpoint must not hold."""

from collections.abc import Callable
from dataclasses import dataclass

from langchain_core.language_models import BaseChatModel

from agents.mind import Mind
from agents.role import Role
from agents.roster import Member, Roster
from agents.settings import Settings
from agents.tools.workplace import Workplace
from graphs.journal import Journal
from graphs.keeping import Rules, Snapshots
from models import Models, parse_reference


@dataclass(frozen=True)
class Context:
    """What travels beside the state through one run."""

    settings: Settings
    roster: Roster
    models: Models
    workplace: Workplace
    attended: bool
    """Whether somebody is there to decide on approvals."""
    rules: Rules
    """What the user has allowed for ever."""
    snapshots: Snapshots
    """The repository as it was before this session wrote."""
    journal: Journal
    """The calls that have begun."""

    def member(self, role: Role) -> Member:
        """Who has that role."""
        return self.roster[role]

    def mind(self, role: Role, awaits: Callable[[int], None] | None = None) -> Mind:
        """What the role thinks and answers with; `awaits` hears the position of a call that must
        wait until others give up the memory that its model needs."""

        async def load(reference: str) -> BaseChatModel:
            return await self.models.chat_model(parse_reference(reference), awaits)

        return Mind(self.roster[role], load)
