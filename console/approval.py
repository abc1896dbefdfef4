"""The card that asks a person whether a call may run.

Three answers: yes, no with a reason that the specialist is told, or yes to every further call of
the same tool in this run. Nothing is remembered after the run.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from console.clean import clean, one_line
from console.watch import Watch
from console.words import call
from graphs.approvals import Decision
from graphs.events import ApprovalAsked

Ask = Callable[[str], Awaitable[str]]
"""Shows a question and returns the line typed; EOFError when the person leaves."""


class Person:
    """An Approver at the terminal."""

    def __init__(self, err: Console, watch: Watch, ask: Ask) -> None:
        self._err = err
        self._watch = watch
        self._ask = ask
        self._allowed: set[str] = set()

    async def decide(self, asked: Sequence[ApprovalAsked]) -> Sequence[Decision]:
        """One decision for each call, in their order."""
        if all(one.tool in self._allowed for one in asked):
            return [Decision(approved=True) for _ in asked]
        with self._watch.pause():
            return [await self._decide(one, len(asked) - n) for n, one in enumerate(asked)]

    async def _decide(self, asked: ApprovalAsked, left: int) -> Decision:
        if asked.tool in self._allowed:
            return Decision(approved=True)
        self._err.print(card(asked, left))
        try:
            return await self._answered(asked)
        except EOFError:
            return Decision(approved=False, reason="nobody answered")

    async def _answered(self, asked: ApprovalAsked) -> Decision:
        while True:
            match (await self._ask("  y/n/a > ")).strip().lower():
                case "y" | "yes":
                    return Decision(approved=True)
                case "n" | "no":
                    reason = await self._ask("  why (told to the specialist, may be empty) > ")
                    return Decision(approved=False, reason=reason.strip())
                case "a" | "all":
                    self._allowed.add(asked.tool)
                    return Decision(approved=True)
                case _:
                    self._err.print("  type y, n or a", style="dim")


def card(asked: ApprovalAsked, left: int = 1) -> Panel:
    """The question, with everything that would run, uncut."""
    text = Text()
    text.append(f"{one_line(asked.role)} ({one_line(asked.task)}) wants to run\n\n")
    text.append(f"  {call(asked.tool, asked.arguments, width=0)}\n\n", "bold")
    if asked.reason:
        text.append(f"because {clean(asked.reason)}\n", "dim")
    text.append("y", "bold green").append(" yes   ")
    text.append("n", "bold red").append(" no, and say why   ")
    text.append("a", "bold yellow").append(f" yes, also to every later {one_line(asked.tool)}")
    more = f" · {left - 1} more after this" if left > 1 else ""
    return Panel(text, title=Text(f"approval{more}"), title_align="left", expand=False)
