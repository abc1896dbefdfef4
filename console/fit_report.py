"""A plan for a person, and as JSON for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.table import Table
from rich.text import Text

from console.terminal import Terminal
from console.words import count, size
from models.fit import Buffers, Placed, Plan

_KINDS = ("weights", "kv", "state", "compute", "output")


def show_plan(terminal: Terminal, plan: Plan, threads: int) -> None:
    """Each model, where it stands and what it takes there, then all of them together."""
    out, asked = terminal.out, plan.asked
    requests = count(asked.concurrency, "request")
    head = f"for {asked.context:,} tokens of context and {requests} at a time, on {_machine(plan)}"
    out.print(Text(head, "dim"), soft_wrap=True)
    for placed in plan.placed:
        out.print(Text(f"\n{placed.candidate.reference}", "bold"), soft_wrap=True)
        for line in _lines(plan, placed, threads):
            out.print(Text(f"  {line}"), soft_wrap=True)
        out.print(_table(plan, placed))
    out.print(Text(f"\n{_together(plan)}"), soft_wrap=True)
    for line in given_up(plan):
        out.print(Text(line, "yellow"), soft_wrap=True)


def given_up(plan: Plan) -> Iterator[str]:
    """What the plan does not give of what was asked for, in sentences."""
    if plan.given.kv != plan.asked.kv:
        yield f"keys and values are kept in {plan.given.kv}, not in {plan.asked.kv}"
    if plan.given.context != plan.asked.context:
        asked = f"not {plan.asked.context:,}"
        yield f"each request has {plan.given.context:,} tokens of context, {asked}"
    if plan.shared:
        yield f"every role uses the coordinator's model, {plan.placed[0].candidate.reference}"
    if plan.swapping:
        yield "only one model is in memory at a time: they take turns"


def as_json(plan: Plan, threads: int) -> dict[str, Any]:  # Any: JSON
    """Everything that is known of the plan."""
    return {
        "context": plan.given.context,
        "asked_context": plan.asked.context,
        "concurrency": plan.given.concurrency,
        "kv": plan.given.kv,
        "asked_kv": plan.asked.kv,
        "shared": plan.shared,
        "swapping": plan.swapping,
        "threads": threads,
        "spare": plan.spare,
        "devices": [
            {"name": name, "free_bytes": free, "planned_bytes": used}
            for name, free, used in zip(_names(plan), plan.machine.sizes, plan.used, strict=True)
        ],
        "models": [_model(plan, placed) for placed in plan.placed],
        "given_up": list(given_up(plan)),
    }


def _model(plan: Plan, placed: Placed) -> dict[str, Any]:  # Any: JSON
    where = placed.placement
    return {
        "reference": placed.candidate.reference,
        "roles": list(placed.candidate.roles),
        "resident": not plan.swapping,
        "layers": len(placed.candidate.blueprint.layers),
        "gpu_layers": where.gpu_layers,
        "cpu_expert_layers": where.cpu_expert_layers,
        "devices": [_names(plan)[at + 1] for at in where.devices] if where.gpu_layers else [],
        "tensor_split": list(where.shares) if where.gpu_layers and len(where.shares) > 1 else [],
        "cells": placed.serving.kv_cells,
        "sequences": placed.serving.lanes,
        "kv_type_k": placed.serving.kv_type_k,
        "kv_type_v": placed.serving.kv_type_v,
        "predicted": [
            {"device": name, **asdict(buffers), "total": buffers.total}
            for name, buffers in zip(_names(plan), placed.buffers, strict=True)
        ],
    }


def _lines(plan: Plan, placed: Placed, threads: int) -> Iterator[str]:
    serving = placed.serving
    yield f"{', '.join(placed.candidate.roles)}: {_where(plan, placed)}"
    kept = f"keys and values in {serving.kv_type_k} for {serving.kv_cells:,} tokens"
    yield f"{kept} in up to {count(serving.lanes, 'sequence')}, {count(threads, 'thread')}"


def _where(plan: Plan, placed: Placed) -> str:
    """`all of its 49 layers on GPU0, the experts of 12 in memory`."""
    where, layers = placed.placement, len(placed.candidate.blueprint.layers)
    if not where.gpu_layers:
        return "in memory"
    on = " and ".join(_names(plan)[at + 1] for at in where.devices)
    if where.gpu_layers <= layers:
        placing = f"the last {where.gpu_layers - 1} of {count(layers, 'layer')} on {on}"
    else:
        placing = f"all of its {count(layers, 'layer')} on {on}"
    if where.cpu_expert_layers:
        placing += f", the experts of the first {where.cpu_expert_layers} in memory"
    return placing


def _table(plan: Plan, placed: Placed) -> Table:
    """A row a device that has any of the model."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("  ")
    for kind in (*_KINDS, "all"):
        table.add_column(kind, justify="right", header_style="dim", no_wrap=True)
    for name, buffers in zip(_names(plan), placed.buffers, strict=True):
        if buffers.total:
            table.add_row(*map(Text, (f"  {name}", *_cells(buffers))))
    return table


def _cells(buffers: Buffers) -> Iterator[str]:
    for kind in (*_KINDS, "total"):
        amount = getattr(buffers, kind)
        yield size(amount) if amount else "–"


def _together(plan: Plan) -> str:
    each = zip(_names(plan), plan.machine.sizes, plan.used, strict=True)
    of = ", ".join(f"{name} {size(used)} of {size(free)}" for name, free, used in each)
    return f"together, with {plan.spare:.0%} to spare: {of}"


def _machine(plan: Plan) -> str:
    cards = [f"{size(card.bytes)} on {card.name}" for card in plan.machine.accelerators]
    return ", ".join([*cards, f"{size(plan.machine.ram)} of memory"])


def _names(plan: Plan) -> list[str]:
    return ["memory", *(card.name for card in plan.machine.accelerators)]
