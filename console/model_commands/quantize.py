"""`cadre models quantize`: a GGUF becomes a smaller one; its path goes to stdout."""

from __future__ import annotations

import json as jsons
import re
from dataclasses import asdict
from pathlib import Path

from console.clean import one_line
from console.exits import Exit
from console.model_commands.making import making
from console.terminal import Terminal, this_terminal, write
from console.words import duration, size
from models.convert import Quantized, nearest_type
from models.convert import quantize as quantize_file

_TYPE = re.compile(r"[-.](f32|f16|bf16)$", re.IGNORECASE)
"""How a name ends that says what it is quantized from."""


def quantize(
    source: Path,
    type: str,
    file: Path | None = None,
    *,
    force: bool = False,
    again: bool = False,
    json: bool = False,
) -> Exit:
    """Quantize `source`; without `file`, to NAME-TYPE.gguf beside it."""
    terminal, name = this_terminal(), nearest_type(type)
    target = file or source.with_name(f"{_TYPE.sub('', source.stem)}-{name}.gguf")
    try:
        with making(terminal, target.name, lambda done, of: f"tensor {done} of {of}") as report:
            made = quantize_file(source, name, target, force=force, again=again, on_progress=report)
    except KeyboardInterrupt:
        terminal.tell(f"stopped; {one_line(str(target))} is as it was")
        return Exit.INTERRUPTED
    _tell(terminal, made)
    write(terminal.out, f"{jsons.dumps(_record(made)) if json else made.file}\n")
    return Exit.DONE


def _tell(terminal: Terminal, made: Quantized) -> None:
    part = made.size / made.size_before
    terminal.tell(
        f"quantized to {made.type}: {size(made.size_before)} to {size(made.size)}"
        f" ({part:.0%}) in {duration(made.seconds)}"
    )


def _record(made: Quantized) -> dict[str, str | int | float]:
    record = {**asdict(made), "file": str(made.file), "seconds": round(made.seconds, 3)}
    return {key.replace("size", "bytes"): value for key, value in record.items()}
