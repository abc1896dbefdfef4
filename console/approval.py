"""Asks a person whether calls may run.

Every call that waits stands on one card; it is answered one by one, or at once. Besides yes and no
a call can be rewritten (it is shown anew, with what it would change then), allowed for the rest of
the run by its tool, or for ever by a rule, which is shown before it is kept.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from typing import Protocol

from pydantic import JsonValue
from rich.console import Console
from rich.text import Text

from console.card import card, change
from console.clean import one_line
from console.watch import Watch
from graphs.approvals import Decision
from graphs.events import ApprovalAsked

YES = Decision(approved=True)


class Ask(Protocol):
    """Shows a question and returns the line typed; EOFError when the person leaves."""

    async def __call__(self, question: str, typed: str = "") -> str:
        """`typed`: what stands there already, to be edited."""
        ...


class Person:
    """An Approver at the terminal."""

    def __init__(self, err: Console, watch: Watch, ask: Ask) -> None:
        self._err = err
        self._watch = watch
        self._ask = ask
        self._allowed: set[str] = set()
        self._rest: Decision | None = None

    async def decide(self, asked: Sequence[ApprovalAsked]) -> Sequence[Decision]:
        """One decision for each call, in their order."""
        waiting = [one for one in asked if one.tool not in self._allowed]
        if not waiting:
            return [YES for _ in asked]
        with self._watch.pause():
            self._err.print(card(waiting))
            self._rest = None
            return [await self._decide(one, waiting) for one in asked]

    async def _decide(self, asked: ApprovalAsked, waiting: Sequence[ApprovalAsked]) -> Decision:
        if asked.tool in self._allowed:
            return YES
        if self._rest is not None:
            return self._rest
        number = f"{waiting.index(asked) + 1} " if len(waiting) > 1 else ""
        try:
            while (decision := await self._answered(asked, number)) is None:
                pass
        except EOFError:
            self._rest = decision = Decision(approved=False, reason="nobody answered")
        return decision

    async def _answered(self, asked: ApprovalAsked, number: str) -> Decision | None:
        """None where the question has to be put again."""
        match (await self._ask(f"  {number}y/n/e/d/s/a > ")).strip():
            case "Y":
                self._rest = YES
                return YES
            case "N":
                self._rest = Decision(approved=False, reason=await self._why())
                return self._rest
            case text:
                return await self._one(asked, text.lower())

    async def _one(self, asked: ApprovalAsked, answer: str) -> Decision | None:
        match answer:
            case "y" | "yes":
                return YES
            case "n" | "no":
                return Decision(approved=False, reason=await self._why())
            case "e" | "edit":
                return await self._rewritten(asked)
            case "s" | "session":
                self._allowed.add(asked.tool)
                return YES
            case "a" | "always":
                return await self._always(asked)
            case "d" | "diff":
                self._err.print(change(asked.preview) if asked.preview else "  it changes nothing")
            case _:
                self._err.print("  type y, n, e, d, s or a", style="dim")
        return None

    async def _why(self) -> str:
        return (await self._ask("  why (told to the specialist, may be empty) > ")).strip()

    async def _rewritten(self, asked: ApprovalAsked) -> Decision | None:
        """The call with other arguments; the graph asks about it again."""
        typed = await self._ask("  call it with > ", written(asked.arguments))
        try:
            arguments = read(typed, asked.arguments)
        except ValueError as error:
            self._err.print(f"  cannot be read: {one_line(str(error))}", style="red", markup=False)
            return None
        return (
            None if arguments == asked.arguments else Decision(approved=False, arguments=arguments)
        )

    async def _always(self, asked: ApprovalAsked) -> Decision | None:
        if not asked.rule:
            self._err.print("  this cannot be allowed for ever", style="dim")
            return None
        self._err.print(Text(f"  from now on, in this repository: {one_line(asked.rule)}", "bold"))
        answer = await self._ask("  keep this rule? y/n > ")
        if answer.strip().lower() not in {"y", "yes"}:
            return None
        return Decision(approved=True, always=True)


def written(arguments: dict[str, JsonValue]) -> str:
    """Arguments as one line to edit: a command as it is typed, others as JSON."""
    command = arguments.get("command")
    if set(arguments) == {"command"} and isinstance(command, str | list):
        return command if isinstance(command, str) else shlex.join(str(word) for word in command)
    return json.dumps(arguments, ensure_ascii=False)


def read(typed: str, before: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """What was typed, read as `written` wrote it; ValueError where it cannot be."""
    if set(before) == {"command"} and not typed.lstrip().startswith("{"):
        words: list[JsonValue] = [*shlex.split(typed)]
        if not words:
            raise ValueError("the command is empty")
        return {"command": words}
    arguments = json.loads(typed)
    if not isinstance(arguments, dict):
        raise ValueError("arguments are a JSON object")  # noqa: TRY004 - read from text
    return arguments
