"""What a role thinks and answers with: one model, or one for each, loaded when first asked for."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from langchain_core.language_models import BaseChatModel

from agents.roster import Member

Load = Callable[[str], Awaitable[BaseChatModel]]
"""Gives the model of a reference."""


@dataclass(frozen=True)
class Mind:
    """One role's models."""

    member: Member
    load: Load

    async def model(self, *, thinking: bool) -> BaseChatModel:
        """The model for a call that thinks, or for one that does not."""
        return await self.load(self.member.model_for(thinking=thinking))
