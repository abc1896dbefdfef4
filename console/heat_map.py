"""The heat map of experts for a terminal: a panel a role, a row a layer, a column an expert.

It reads without colour: shades say the same, and digits where the output has no such characters.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.panel import Panel
from rich.text import Text

from console.clean import one_line
from console.heat_grid import MEANINGS, Cell, group_size, grouping, row
from models.experts import ExpertCounts, ExpertUsage

SHADES, DIGITS = "·░▒▓█", ".1234"
STYLES = ("dim", "blue", "cyan", "yellow", "bold red")
"""By level; the terminal's own colours, which suit a light ground and a dark one."""

_FRAME, _LABEL, _FACTS = 4, 5, 25
"""Columns of a panel's edges, of the layer's number, and of what stands behind a row."""
_LEAST = 16
"""Columns of the map below which a row's facts make room for it."""


class HeatMap:
    """All roles, and the whole where there is more than one."""

    def __init__(self, usage: ExpertUsage) -> None:
        self._usage = usage

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        marks = DIGITS if options.ascii_only else SHADES
        room = options.max_width - _FRAME - _LABEL
        facts = room - _FACTS >= _LEAST
        columns = room - _FACTS if facts else room
        group = 1
        for title, counts in panels(self._usage):
            group = group_size(len(counts.layers[0]), columns)
            lines = _lines(counts, group, marks, facts=facts)
            yield Panel(
                Group(*lines), title=Text(one_line(title)), title_align="left", expand=False
            )
        yield _legend(marks, group)


def panels(usage: ExpertUsage) -> list[tuple[str, ExpertCounts]]:
    """What is drawn: each role that chose, and all together where several did."""
    roles = [(role, counts) for role, counts in usage.by_label.items() if counts.total]
    return [*roles, ("all", usage.counts)] if len(roles) > 1 else roles


def _lines(counts: ExpertCounts, group: int, marks: str, *, facts: bool) -> Iterator[Text]:
    width = len(row(counts, 0, group))
    head = "layer".ljust(_LABEL) + " " * width
    titles = f"{'even':>6}{'busiest':>12}{'never':>7}" if facts else ""
    yield Text((head + titles).rstrip(), "dim", no_wrap=True)
    for layer in range(len(counts.layers)):
        line = Text(f"{layer:>4} ", "dim", no_wrap=True)
        for cell in row(counts, layer, group):
            line.append(*_mark(cell, marks))
        yield line.append(_facts(counts, layer) if facts else "", "default")


def _mark(cell: Cell, marks: str) -> tuple[str, str]:
    return marks[cell.level], STYLES[cell.level]


def _facts(counts: ExpertCounts, layer: int) -> str:
    """How even the layer is, its busiest expert with its share, how many were never chosen."""
    if not any(counts.layers[layer]):
        return "  no choices"
    busiest = counts.most_used(layer)[0]
    most = f"{busiest} ({counts.shares(layer)[busiest]:.0%})"
    return f"{counts.balance(layer):>6.0%}{most:>12}{len(counts.unused(layer)):>7}"


def _legend(marks: str, group: int) -> Text:
    """What the marks mean."""
    line = Text()
    for mark, style, meaning in zip(marks, STYLES, MEANINGS, strict=True):
        line.append(mark, style).append(f" {meaning}   ", "dim")
    if told := grouping(group):
        line.append(f"\n{told}", "dim")
    return line
