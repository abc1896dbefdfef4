"""`cadre models convert`: a Hugging Face checkpoint becomes a GGUF; its path goes to stdout."""

from __future__ import annotations

import json as jsons
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path

from console.clean import one_line
from console.exits import Exit
from console.model_commands.making import making, speed_of_bytes
from console.terminal import Terminal, this_terminal, write
from console.words import duration, size
from models.convert import Converted, OutType, Placed
from models.convert import convert as convert_checkpoint
from models.errors import UsageError


def convert(
    folder: Path,
    file: Path | None = None,
    *,
    type: str = "f16",
    force: bool = False,
    debug: bool = False,
    json: bool = False,
) -> Exit:
    """Convert the checkpoint in `folder`; without `file`, to NAME-TYPE.gguf in this folder.

    `debug` tells of every tensor where it comes from and where it goes.
    """
    terminal, kept = this_terminal(), _type(type)
    target = file or Path(f"{folder.absolute().name}-{kept.name}.gguf")
    try:
        with making(terminal, target.name, speed_of_bytes()) as report:
            made = convert_checkpoint(
                folder,
                target,
                type=kept,
                force=force,
                on_progress=report,
                on_tensor=lambda tensor: _show(terminal, tensor) if debug else None,
            )
    except KeyboardInterrupt:
        terminal.tell(f"stopped; {one_line(str(target))} is as it was")
        return Exit.INTERRUPTED
    _tell(terminal, made)
    write(terminal.out, f"{jsons.dumps(_record(made)) if json else made.file}\n")
    return Exit.DONE


def _type(text: str) -> OutType:
    if text.lower() in list(OutType):
        return OutType(text.lower())
    near = get_close_matches(text.lower(), list(OutType), n=1)
    known = f"known: {', '.join(OutType)}; smaller ones: cadre models quantize"
    raise UsageError(f"unknown type {text!r}", f"did you mean {near[0]}?" if near else known)


def _show(terminal: Terminal, tensor: Placed) -> None:
    """One line a tensor; the offset counts from the beginning of the data."""
    planned = tensor.planned
    first, *rest = planned.sources
    source = f"{first} and {len(rest)} more" if rest else first
    shape = " × ".join(map(str, planned.shape))
    line = f"{planned.name}  {shape}  {tensor.type}  at {tensor.offset:,}  from {source}"
    terminal.tell(one_line(line), "dim")


def _tell(terminal: Terminal, made: Converted) -> None:
    speed = size(round(made.size / max(made.seconds, 0.001)))
    terminal.tell(
        f"converted {made.architecture}: {made.tensors:,} tensors, {made.parameters:,} parameters,"
        f" {size(made.size)} in {duration(made.seconds)}, {speed}/s"
    )


def _record(made: Converted) -> dict[str, str | int | float]:
    record = {**asdict(made), "file": str(made.file), "seconds": round(made.seconds, 3)}
    return {"bytes" if key == "size" else key: value for key, value in record.items()}
