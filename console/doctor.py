"""`cadre doctor`: what works here, and what to type where it does not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from agents.settings import Settings, load
from agents.tools.process import CommandRunner, Processes
from console.checks import Check, Examined, examine
from console.clean import clean
from console.exits import Exit
from console.team import known_root
from console.terminal import this_terminal
from models.errors import ConfigurationError

STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def doctor(repo: Path, run: CommandRunner | None = None) -> Exit:
    """All checks; exit 3 where something fails that Cadre cannot do without."""
    settings, first = _settings(repo)
    checks = [first, *asyncio.run(examine(Examined(settings, run or Processes())))]
    show_checks(this_terminal().out, checks)
    failed = any(check.state == "fail" for check in checks)
    return Exit.CONFIGURATION if failed else Exit.DONE


def show_checks(out: Console, checks: Sequence[Check]) -> None:
    """A line or two for each check."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        text = Text(clean(check.text))
        if check.hint and check.state != "ok":
            text.append(f"\n→ {clean(check.hint)}", "bold")
        table.add_row(Text(check.state, STYLES[check.state]), Text(check.name), text)
    out.print(table)


def _settings(repo: Path) -> tuple[Settings, Check]:
    """The settings, or the defaults where they are wrong: the other checks go on."""
    try:
        return load(known_root(repo)), Check("settings", "ok", "all understood")
    except ConfigurationError as error:
        return Settings(), Check("settings", "fail", error.message, error.hint)
