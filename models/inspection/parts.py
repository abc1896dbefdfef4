"""A model's files: one, or the set that llama.cpp splits a large model into.

Such files are called `NAME-00001-of-00005.gguf`. Any of them stands for the whole set.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from models.errors import ModelError
from models.gguf_reader import Tensor, Value
from models.inspection.finding import Finding
from models.inspection.part import Absent, Part, Source, container, read_part

_SPLIT = re.compile(r"(.*)-(\d{5})-of-(\d{5})(\.gguf)", re.IGNORECASE | re.DOTALL)
_MOST = 1024
"""Files of one model; the largest today come in thirty."""


def read_parts(source: Source) -> tuple[list[Part], list[Finding]]:
    """The headers of a model's files, the first one first, and what is wrong with the files.

    A ModelError where the first is not there: without it nothing is known of the model.
    """
    files = files_of(source.file)
    if len(files) < 2:
        part = read_part(source)
        return [part], [*container(part), *_alone(part)]
    parts, absent = _read(source, files)
    if not parts or files[0] in absent:
        raise ModelError(
            f"{source.name}: {len(absent)} of {len(files)} files missing, the first among them: "
            f"{_named(absent)}",
            "fetch the whole set: the first file describes the model",
        )
    return parts, [*_missing(files, absent), *_set(parts, files, absent)]


def files_of(file: str) -> list[str]:
    """The names of all files of a set, by the name of one; only its own where it is no set's."""
    found = _SPLIT.fullmatch(file)
    if found is None:
        return [file]
    stem, number, count, suffix = found[1], int(found[2]), int(found[3]), found[4]
    if not 1 <= number <= count <= _MOST:
        raise ModelError(
            f"{file} cannot be file {number} of {count}", "rename it as it was fetched"
        )
    return [f"{stem}-{at:05}-of-{count:05}{suffix}" for at in range(1, count + 1)]


def tensors_of(parts: Sequence[Part]) -> dict[str, Tensor]:
    """All tensors by name, in the order in which they lie; of two called alike the first."""
    tensors: dict[str, Tensor] = {}
    for part in parts:
        for tensor in part.header.tensors:
            tensors.setdefault(tensor.name, tensor)
    return tensors


def _read(source: Source, files: Sequence[str]) -> tuple[list[Part], list[str]]:
    parts, absent = [], []
    for file in files:
        try:
            parts.append(read_part(source.sibling(file)))
        except Absent:
            if file == source.file:
                raise
            absent.append(file)
    return parts, absent


def _missing(files: Sequence[str], absent: Sequence[str]) -> Iterator[Finding]:
    if absent:
        yield Finding(
            rule="shards",
            where=files[0],
            expected=f"{len(files)} files",
            found=f"{len(files) - len(absent)}; missing: {_named(absent)}",
        )


def _set(parts: Sequence[Part], files: Sequence[str], absent: Sequence[str]) -> Iterator[Finding]:
    """What each file says of its place in the set, and the sum of their tensors."""
    there = [number for number, file in enumerate(files) if file not in absent]
    for number, part in zip(there, parts, strict=True):
        yield from container(part)
        yield from _says(part, "split.no", number)
        yield from _says(part, "split.count", len(files))
    count = sum(len(part.header.tensors) for part in parts)
    said = parts[0].header.metadata.get("split.tensors.count")
    if not absent and isinstance(said, int) and said != count:
        yield _finding(parts[0], f"{said} tensors in all", str(count))
    twice = count - len(tensors_of(parts))
    if twice:
        yield _finding(parts[0], "each tensor in one file", f"{twice} in several")


def _says(part: Part, key: str, expected: int) -> Iterator[Finding]:
    found: Value = part.header.metadata.get(key, "nothing")
    if found != expected:
        yield _finding(part, f"{key} {expected}, as its name says", str(found))


def _alone(part: Part) -> Iterator[Finding]:
    count = part.header.metadata.get("split.count", 1)
    if isinstance(count, int) and count > 1:
        name = f"one of {count} files, called NAME-00001-of-{count:05}.gguf"
        yield _finding(part, name, "a name by which the others cannot be found")


def _finding(part: Part, expected: str, found: str) -> Finding:
    return Finding(rule="shards", where=part.name, expected=expected, found=found)


def _named(files: Sequence[str]) -> str:
    return ", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
