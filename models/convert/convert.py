"""A checkpoint's folder becomes one GGUF file.

Everything is read and checked before a byte is written; then the tensors follow, piece by piece.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter

from models.convert.architecture import Kind, read_architecture
from models.convert.checkpoint import Stored, read_checkpoint
from models.convert.copying import Copying
from models.convert.metadata import described
from models.convert.numbers import OutType
from models.convert.part import check_free, written_whole
from models.convert.placed import Placed, padded, placed
from models.convert.plan import plan, prediction_layers
from models.errors import ModelError
from models.header import check_header

Progress = Callable[[int, int], None]
"""Hears the bytes that are done, and all that there are."""


@dataclass(frozen=True, slots=True)
class Converted:
    """What a conversion has made."""

    file: Path
    architecture: Kind
    type: OutType
    tensors: int
    parameters: int
    size: int
    """Bytes of the file."""
    seconds: float


def convert(
    folder: Path,
    file: Path,
    *,
    type: OutType = OutType.F16,
    force: bool = False,
    on_progress: Progress = lambda _, __: None,
    on_tensor: Callable[[Placed], None] = lambda _: None,
) -> Converted:
    """Write the checkpoint in `folder` to `file`; ModelError where either cannot be.

    `force` lets a file that is there be replaced. `on_tensor` hears every tensor before the first
    is written.
    """
    began = monotonic()
    folder, file = folder.absolute(), file.absolute()
    check_free(file, force=force)
    architecture = read_architecture(folder)
    stored = read_checkpoint(folder)
    _check_apart(file, stored)
    planned = plan(architecture, stored)
    writer = described(folder, architecture, planned, prediction_layers(architecture, stored), type)
    tensors = list(placed(planned, type))
    for tensor in tensors:
        on_tensor(tensor)
    total = sum(tensor.size for tensor in tensors)
    with written_whole(file, total, force=force) as part:
        _write(writer, part, tensors, lambda done: on_progress(done, total))
        size = check_header(part).size
    parameters = sum(tensor.count for tensor in planned)
    seconds = monotonic() - began
    return Converted(file, architecture.kind, type, len(tensors), parameters, size, seconds)


def _write(
    writer: GGUFWriter, part: Path, tensors: list[Placed], on_progress: Callable[[int], None]
) -> None:
    _write_header(writer, part, tensors)
    with part.open("r+b") as target:
        data_start = padded(target.seek(0, os.SEEK_END))
        target.truncate(data_start + tensors[-1].offset + padded(tensors[-1].size))
        Copying(target.fileno(), data_start).run(tensors, on_progress)


def _write_header(writer: GGUFWriter, part: Path, tensors: list[Placed]) -> None:
    for tensor in tensors:
        kind = GGMLQuantizationType[tensor.type.name]
        shape, floats = tensor.planned.shape, np.dtype(np.float32)  # `kind` goes before
        writer.add_tensor_info(tensor.planned.name, shape, floats, tensor.size, kind)
    try:
        writer.write_header_to_file(part)
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
    finally:
        writer.close()


def _check_apart(file: Path, stored: Stored) -> None:
    if any(file.resolve() == tensor.file.resolve() for tensor in stored.values()):
        raise ModelError(f"{file} is a part of the checkpoint itself", "name another file")
