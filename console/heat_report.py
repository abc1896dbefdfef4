"""What the counts of experts say in words and numbers: below the map, and as JSON for a machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from console.clean import one_line
from console.heat_map import HeatMap, panels
from models.experts import ExpertCounts, ExpertUsage
from models.heat import Overlap, Placement, hint, layers_of, means, overlaps


def show_experts(out: Console, usage: ExpertUsage) -> None:
    """The map, then each role in a line, which roles are alike, and what it means for memory."""
    out.print(HeatMap(usage))
    out.print()
    out.print(_roles(usage))
    if alike := overlaps(usage):
        out.print()
        out.print(_overlaps(alike))
    out.print()
    out.print(Text(hint(usage).text), soft_wrap=True)


def as_json(usage: ExpertUsage, model: str, source: str) -> dict[str, object]:
    """One object; `source` says what was counted: prompts, prompt or session."""
    counts = usage.counts
    return {
        "model": model,
        "source": source,
        "layers": len(counts.layers),
        "experts": len(counts.layers[0]),
        "all": _use(counts),
        "roles": {role: _use(of_role) for role, of_role in usage.by_label.items()},
        "overlap": [_overlap(one) for one in overlaps(usage)],
        "placement": _placement(hint(usage)),
    }


def _roles(usage: ExpertUsage) -> Table:
    table = _table("role", "choices", "an expert", "entropy", "even", "busiest", "never chosen")
    for role, counts in panels(usage):
        whole = means(counts)
        cells = (
            one_line(role),
            f"{whole.choices:,}",
            f"{whole.per_expert:.1f}",
            f"{whole.entropy:.2f} bits",
            f"{whole.balance:.0%}",
            f"{whole.busiest_share:.1%}",
            f"{whole.unused:,} of {len(layers_of(counts)) * len(counts.layers[0]):,}",
        )
        table.add_row(*map(Text, cells))
    return table


def _overlaps(alike: Sequence[Overlap]) -> Table:
    """Cosine of the shares, and how many of the busy experts two roles have in common."""
    table = _table("two roles", "cosine", "busy experts in common")
    for one in alike:
        pair = one_line(f"{one.first}, {one.second}")
        table.add_row(*map(Text, (pair, f"{one.cosine:.2f}", f"{one.jaccard:.0%}")))
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(first, header_style="bold", overflow="fold")
    for title in others:
        table.add_column(title, header_style="bold", justify="right")
    return table


def _use(counts: ExpertCounts) -> dict[str, object]:
    by_layer = [asdict(one) | {"counts": counts.layers[one.layer]} for one in layers_of(counts)]
    return {**asdict(means(counts)), "by_layer": by_layer}


def _overlap(one: Overlap) -> dict[str, object]:
    return {
        "roles": [one.first, one.second],
        "cosine": one.cosine,
        "jaccard": one.jaccard,
        "by_layer": [asdict(layer) for layer in one.layers],
    }


def _placement(one: Placement) -> dict[str, object]:
    return {
        "enough": one.enough,
        "pays": one.pays,
        "part": one.part,
        "text": one.text,
        "by_layer": [asdict(layer) for layer in one.layers],
    }
