"""`cadre agents`: who is on the team, with which model, and where each value came from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from agents.roster import EMBEDDED, REAL_TEAM, Member, resolve
from agents.settings import load
from console.clean import one_line
from console.exits import Exit
from console.options import Typed
from console.team import known_root
from console.terminal import this_terminal, write

HOW_TO_CHANGE = (
    "Change one with --model ROLE=path.gguf, all with --model all=path.gguf; "
    "for good with roles.ROLE.model in the user's file."
)


def agents(repo: Path, typed: Typed, *, graph: bool) -> Exit:
    """The roster under the settings of a repository, or the graph as Mermaid."""
    if graph:
        from graphs.workflow import draw

        write(this_terminal().out, draw().rstrip("\n") + "\n")
        return Exit.DONE
    show_roster(this_terminal().out, resolve(load(known_root(repo), typed.flags())))
    return Exit.DONE


def show_roster(out: Console, members: Sequence[Member]) -> None:
    """A table of the team and its models, where the values came from, and how to change them."""
    out.print(_table(members))
    for line in _origins(members):
        out.print(Text(line, "dim"))
    if any(EMBEDDED in member.models for member in members):
        out.print(Text(f"\n`embedded` is a small model that comes with Cadre. {REAL_TEAM}.", "dim"))
    out.print(Text(HOW_TO_CHANGE, "dim"))


def _table(members: Sequence[Member]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("role", "wants", "has", "thinking", "answer tokens"):
        table.add_column(title, header_style="bold", overflow="fold")
    for member in members:
        thinking = f"up to {member.thinking_budget} tokens" if member.thinking else "off"
        table.add_row(
            *map(
                Text,
                (
                    member.role.value,
                    member.wanted,
                    one_line(_models(member)),
                    thinking,
                    str(member.answer_tokens),
                ),
            )
        )
    return table


def _models(member: Member) -> str:
    thinks = member.model_for(thinking=True)
    return member.model if thinks == member.model else f"{member.model}, thinks with {thinks}"


def _origins(members: Sequence[Member]) -> list[str]:
    """A line for each value that is not a default."""
    lines = [
        f"{member.role.value}.{name}: {source}"
        for member in members
        for name, source in member.sources.items()
        if source != "default"
    ]
    return ["", *lines] if lines else ["", "every value is the default"]
