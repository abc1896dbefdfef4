"""`cadre rules`: what may be done in a repository without asking, since the user said always."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from agents.repository import find_repository
from agents.tools.process import Processes
from agents.tools.rules import RuleBook
from console.clean import one_line
from console.exits import Exit
from console.terminal import this_terminal
from models.errors import UsageError


def list_rules(repo: Path) -> Exit:
    """Each with its number."""
    book, terminal = _book(repo), this_terminal()
    kept = book.listed()
    for number, rule in enumerate(kept, 1):
        terminal.out.print(Text(f"{number}  {one_line(str(rule))}"))
    if not kept:
        terminal.tell("there are no rules for this repository")
    return Exit.DONE


def remove_rules(repo: Path, numbers: Sequence[int]) -> Exit:
    """Take them back; all or none."""
    book = _book(repo)
    kept = book.listed()
    for number in numbers:
        if not 1 <= number <= len(kept):
            raise UsageError(f"there is no rule {number}", "see them with: cadre rules list")
    for number in dict.fromkeys(numbers):
        book.revoke(kept[number - 1])
        this_terminal().out.print(Text(f"removed {one_line(str(kept[number - 1]))}"))
    return Exit.DONE


def _book(repo: Path) -> RuleBook:
    return RuleBook(asyncio.run(find_repository(repo, Processes())))
