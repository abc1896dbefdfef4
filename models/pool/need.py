"""How much memory a model takes once it is loaded, as a first estimate.

The file's bytes, the keys and values of all cells, the recurrent state of all lanes, and the logits
of one step. Compute buffers are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from models.engine_options import EngineOptions
from models.header import check_header, size_of_file
from models.inspection.dimensions import Dimensions, dimensions_of
from models.inspection.memory import kv_bytes, recurrent_bytes
from models.inspection.parts import files_of

_F32 = 4
_TOKENS = "tokenizer.ggml.tokens"


def need_of(path: Path, options: EngineOptions) -> int:
    """Bytes that the model at `path` takes with these options; a ModelError where it cannot be a
    model. A file that has not changed is looked at once."""
    files = [path.with_name(name) for name in files_of(path.name)]
    weights = size_of_file(path) + _bytes_of(file for file in files if file != path)
    return weights + context_need_of(path, options)


def context_need_of(path: Path, options: EngineOptions) -> int:
    """The part of it that is no weights: it is allocated whatever is mapped."""
    dimensions, tokens = _shape(path, path.stat().st_mtime_ns, size_of_file(path))
    lanes = options.parallel + options.kept_prefixes + 1
    context = min(options.context_tokens, dimensions.context or options.context_tokens)
    cells = max(options.cells or 2 * context, context)
    a_lane = recurrent_bytes(dimensions) + tokens * _F32
    return cells * _bytes_a_cell(dimensions, options) + lanes * a_lane


def _bytes_of(files: Iterable[Path]) -> int:
    """Of the other parts; one that is missing is told by whoever loads them."""
    return sum(file.stat().st_size for file in files if file.exists())


@lru_cache(maxsize=64)
def _shape(path: Path, changed: int, size: int) -> tuple[Dimensions, int]:
    """The model's dimensions and how many tokens it knows; the rest of the key says which file."""
    header = check_header(path)
    tokens = getattr(header.metadata.get(_TOKENS), "count", 0)
    return dimensions_of(header.metadata, header.tensors), int(tokens)


def _bytes_a_cell(dimensions: Dimensions, options: EngineOptions) -> int:
    """Keys and values of one token: llama.cpp keeps both in types of their own."""
    loading = options.loading
    kept = [kv_bytes(dimensions, type) or 0 for type in (loading.kv_type_k, loading.kv_type_v)]
    return sum(kept) // 2
