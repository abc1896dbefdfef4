"""A GGUF becomes a smaller one, by llama.cpp's own quantiser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from time import monotonic

from models.convert.part import check_free, written_whole
from models.errors import ModelError, UsageError
from models.ggml_types import SIZES
from models.header import Header, check_header

_WITHOUT_LOSS = {0, 1, 30}
"""F32, F16 and BF16: ggml's types that one may quantize."""


@dataclass(frozen=True, slots=True)
class Quantized:
    """What a quantisation has made."""

    file: Path
    type: str
    size_before: int
    size: int
    """Bytes of the file."""
    seconds: float


def quantize(
    source: Path,
    type: str,
    file: Path,
    *,
    force: bool = False,
    again: bool = False,
    on_progress: Callable[[int, int], None] = lambda _, __: None,
) -> Quantized:
    """Write `source` in the type of that name to `file`; ModelError where it cannot be.

    `again` lets a file be quantized that is so already, which loses more than once from the
    original. `on_progress` hears how many tensors are begun, and of how many.
    """
    from models.llama.quantize import TYPES, quantize_file, quantized_size

    began, name = monotonic(), nearest_type(type)
    source, file = source.absolute(), file.absolute()
    header = check_header(source)
    if file.resolve() == source.resolve():
        raise ModelError(f"{file} is the file to be read", "name another file to write")
    check_free(file, force=force)
    if not again:
        _check_unquantized(source, header)
    size = quantized_size(source, TYPES[name], again=again) + header.data_start
    with written_whole(file, size, force=force) as part:
        quantize_file(source, part, TYPES[name], on_progress, again=again)
        size = check_header(part).size
    return Quantized(file, name, source.stat().st_size, size, monotonic() - began)


def nearest_type(text: str) -> str:
    """The type that `text` names, in any case; UsageError with the nearest where it names none."""
    from models.llama.quantize import TYPES

    name = text.strip().upper().replace("-", "_")
    if name in TYPES:
        return name
    near = get_close_matches(name, TYPES, n=3, cutoff=0.4)
    hint = f"did you mean {', '.join(near)}?" if near else f"known: {', '.join(TYPES)}"
    raise UsageError(f"unknown type {text!r}", hint)


def _check_unquantized(source: Path, header: Header) -> None:
    for tensor in header.tensors:
        if tensor.type not in _WITHOUT_LOSS and SIZES[tensor.type][0] > 1:
            raise ModelError(
                f"{source} is quantized already ({tensor.name})",
                "name the F16 or BF16 file; --again quantizes it all the same, with more loss",
            )
