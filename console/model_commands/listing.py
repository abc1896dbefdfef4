"""`cadre models list`: every model of the catalogue, what is on disk, what fits, who uses it."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from agents.roster import resolve
from agents.settings import load
from console.clean import one_line
from console.exits import Exit
from console.model_commands.known import CONTEXT, Asked, Kept, Known, check_family, known_models
from console.team import known_root
from console.terminal import Terminal, this_terminal, write
from console.words import size
from models.catalogue import MlxEntry, catalogue, free_memory
from models.catalogue.need import kv_bytes_a_token

MLX = "mlx"
"""Shown where it is asked for as a family: Cadre does not run these itself."""
WIDE = 120
"""Columns of a terminal that has room for every column of the table."""


def list_models(
    asked: Asked,
    *,
    repo: Path = Path(),
    json: bool = False,
    on_disk: Callable[[], Sequence[Kept]] | None = None,
    free: Callable[[], int] = free_memory,
) -> Exit:
    """The models that are asked for, in the catalogue's order."""
    models, terminal = catalogue().models, this_terminal()
    check_family(asked.family, models, MLX)
    members = resolve(load(known_root(repo)))
    memory = free()
    known = known_models(models, members, (on_disk or _in_the_cache)(), memory)
    shown = [one for one in known if asked.admits(one)]
    conversions = _conversions(asked, shown)
    if json:
        found = {"free_bytes": memory, "context": CONTEXT, "models": list(map(_object, shown))}
        found["mlx"] = [one.model_dump(mode="json") for one in conversions]
        write(terminal.out, jsonlib.dumps(found) + "\n")
    elif _is_mlx(asked):
        terminal.out.print(_mlx_table(conversions))
    else:
        _show(terminal, shown, memory)
    return Exit.DONE


def _in_the_cache() -> Sequence[Kept]:
    from models.hub import on_disk

    return on_disk()


def _is_mlx(asked: Asked) -> bool:
    return asked.family is not None and asked.family.lower() == MLX


def _conversions(asked: Asked, shown: Sequence[Known]) -> list[MlxEntry]:
    """Of the models that are shown; all of them where MLX is the family."""
    names = {one.entry.name for one in shown}
    return [one for one in catalogue().mlx if _is_mlx(asked) or one.model in names]


def _show(terminal: Terminal, shown: Sequence[Known], memory: int) -> None:
    if not shown:
        terminal.tell("no model is like that; see all with: cadre models list")
    elif not terminal.out.is_terminal:
        for one in shown:
            write(terminal.out, _plain(one) + "\n")
    else:
        terminal.out.print(_table(shown, wide=terminal.out.width >= WIDE))
        terminal.tell(
            f"fits: with {CONTEXT:,} tokens in the {size(memory)} of memory that are free; roles in"
            f" brackets were designed for the model; conversions for Macs: --family {MLX}",
            "dim",
        )


def _table(shown: Sequence[Known], *, wide: bool) -> Table:
    """Without room for it, the roles stand below the model's name."""
    titles = ("model", "size", "active", "context", "thinks", "calls", "file", "here", "roles")
    narrow = ("model", "size", "context", "thinks", "file", "here")
    table = _empty(*(titles if wide else narrow))
    for one in shown:
        cells = _cells(one, wide=wide)
        if not wide and cells["roles"]:
            cells["model"] += f"\n  {cells['roles']}"
        style = "" if one.fits else "dim"
        table.add_row(*(Text(cells[str(column.header)], style) for column in table.columns))
    return table


def _cells(one: Known, *, wide: bool) -> dict[str, str]:
    entry, build = one.entry, one.usual[1]
    roles = (*one.used_by, *(f"({role})" for role in one.designed_for))
    return {
        "model": entry.name,
        "size": entry.card.parameters,
        "active": entry.card.active or (_billions(entry.active) if entry.moe else ""),
        "context": f"{entry.context // 1024}k",
        "thinks": entry.thinking,
        "calls": entry.tools,
        "file": f"{size(build.bytes)} {build.quantisation}" if wide else size(build.bytes),
        "here": _here(one),
        "roles": " ".join(roles),
    }


def _mlx_table(conversions: Sequence[MlxEntry]) -> Table:
    """Parallel: whether the layers can be split over several Macs."""
    table = _empty("mlx-community/", "layers", "hidden", "parallel", "size")
    for one in conversions:
        parallel = "yes" if one.tensor_parallel else "no"
        cells = (one.name, str(one.layers), str(one.hidden), parallel, size(one.bytes))
        table.add_row(*map(Text, cells))
    return table


def _empty(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in titles:
        folds = title in {"model", "here", "roles"}
        table.add_column(title, header_style="bold", overflow="fold", no_wrap=not folds)
    return table


def _here(one: Known) -> str:
    if one.on_disk:
        return "on disk" if one.fits else "on disk, too large"
    return "fits" if one.fits else "too large"


def _billions(number: int) -> str:
    """For the one model whose card was not seen."""
    return f"{number / 1e9:.0f}B"


def _plain(one: Known) -> str:
    """One model a line, fields separated by tabs, for other programs."""
    entry, (gguf, build) = one.entry, one.usual
    cells = (
        entry.name,
        str(entry.parameters),
        str(entry.active),
        str(entry.context),
        entry.thinking,
        entry.tools,
        f"hf:{gguf.repository}:{build.quantisation}",
        str(build.bytes),
        _here(one),
        ",".join(one.used_by),
        ",".join(one.designed_for),
    )
    return "\t".join(one_line(cell) for cell in cells)


def _object(one: Known) -> dict[str, Any]:  # Any: JSON
    """Everything that is known, the sources too."""
    entry = one.entry
    return {
        **entry.model_dump(mode="json"),
        "parameters": entry.parameters,
        "active": entry.active,
        "kv_bytes_a_token": kv_bytes_a_token(entry.shape),
        "needs_bytes": one.needs,
        "fits": one.fits,
        "on_disk": [{"reference": kept.reference, "bytes": kept.bytes} for kept in one.on_disk],
        "used_by": list(one.used_by),
        "designed_for": list(one.designed_for),
    }
