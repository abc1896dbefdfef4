"""The card that shows what waits for a person: what would run, why, and what it would change."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from console.clean import clean, one_line
from console.words import call, count
from graphs.events import ApprovalAsked

SHOWN_LINES = 40
"""Of a change; the rest is shown when it is asked for."""
_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def card(asked: Sequence[ApprovalAsked]) -> Panel:
    """All calls that wait, with everything that would run, uncut."""
    parts: list[RenderableType] = []
    for number, one in enumerate(asked, 1):
        parts += [_call(one, number if len(asked) > 1 else 0)]
        if one.preview:
            parts.append(change(one.preview, SHOWN_LINES))
    parts.append(_keys(asked[-1] if len(asked) == 1 else None))
    title = Text("approval" if len(asked) == 1 else f"{len(asked)} approvals")
    return Panel(Group(*parts), title=title, title_align="left", expand=False)


def change(preview: str, most: int = 0) -> Text:
    """A change in colours; cut after `most` lines where that is given, and the cut is said."""
    lines = clean(preview).splitlines()
    shown = lines[:most] if most else lines
    text = Text()
    for line in shown:
        heading = line.startswith(("+++", "---"))
        text.append(f"  {line}\n", "bold" if heading else _STYLES.get(line[:1], ""))
    if len(shown) < len(lines):
        text.append(f"  … {count(len(lines) - len(shown), 'more line')}; d shows all\n", "dim")
    return text


def _call(asked: ApprovalAsked, number: int) -> Text:
    text = Text(f"{number}. " if number else "")
    text.append(f"{one_line(asked.role)} ({one_line(asked.task)}) wants to\n\n")
    shown = {} if asked.preview else asked.arguments
    named = call(asked.tool, shown or _short(asked), width=0)
    text.append(f"  {named}\n\n", "bold")
    if asked.reason:
        text.append(f"because {clean(asked.reason)}\n", "dim")
    return text


def _short(asked: ApprovalAsked) -> dict[str, str]:
    """Where a change is shown below, its path alone says which; else arguments that fit a line."""
    if "path" in asked.arguments:
        return {"path": str(asked.arguments["path"])}
    texts = {name: str(value) for name, value in asked.arguments.items()}
    return {name: text for name, text in texts.items() if len(text) <= 80 and "\n" not in text}


def _keys(asked: ApprovalAsked | None) -> Text:
    text = Text()
    text.append("y", "bold green").append(" yes   ")
    text.append("n", "bold red").append(" no, and say why   ")
    text.append("e", "bold").append(" edit   ")
    if asked is None or asked.preview:
        text.append("d", "bold").append(" the whole change   ")
    text.append("s", "bold yellow").append(" yes for this run   ")
    if asked is None or asked.rule:
        text.append("a", "bold yellow").append(" always")
    if asked is None:
        text.append("\nY", "bold green").append(" yes to all of these   ")
        text.append("N", "bold red").append(" no to all of these")
    return text
