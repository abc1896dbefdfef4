"""What a run asks of those who remember for the user: what was allowed, files as they were."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from agents.change import Change
from agents.tools.toolbox import AnyTool

Arguments = Mapping[str, Any]  # Any: a tool's own


class Rules(Protocol):
    """Calls that the user has allowed for ever, in this repository."""

    def allow(self, tool: AnyTool, arguments: Arguments) -> bool:
        """Whether a rule fits the call."""
        ...

    def suggested(self, tool: AnyTool, arguments: Arguments) -> str:
        """The narrowest sensible rule for the call, in words; empty where there may be none."""
        ...

    def keep(self, rule: str) -> None:
        """Keep a rule that was suggested."""
        ...


class Snapshots(Protocol):
    """The repository as it was before the session wrote to it."""

    async def take(self, task: str, changes: Sequence[Change] = ()) -> object:
        """Before a write: everything as it is, once a task, and the changes about to be made."""
        ...

    async def record(self, changes: Sequence[Change], task: str = "") -> None:
        """After a write, also one that failed: what was written."""
        ...

    async def begin_command(self, task: str) -> object:
        """Before a command that may write."""
        ...

    async def end_command(self, task: str) -> Sequence[str]:
        """After it: the files that it wrote."""
        ...
