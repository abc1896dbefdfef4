"""Reads the headers of a model's files and says what they tell. No data is read, nothing loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import prod
from pathlib import Path

from models.ggml_types import FILE_TYPES, NAMES, size_of
from models.gguf_reader import Tensor, Value
from models.inspection.dimensions import Dimensions, dimensions_of
from models.inspection.finding import Finding
from models.inspection.inspection import Inspection, Share
from models.inspection.kinds import Kind, kind_of
from models.inspection.local import LocalFile
from models.inspection.memory import kv_bytes_by_type, recurrent_bytes
from models.inspection.part import Part
from models.inspection.parts import read_parts, tensors_of
from models.inspection.recognised import recognised
from models.inspection.rules import broken_rules
from models.reference import Source, embedded_path


def inspect(file: str, *, headers: Mapping[str, str] | None = None) -> Inspection:
    """What the GGUF `file` says of itself: a path, `embedded`, or a URL that begins with http.

    A ModelError where nothing can be said; rules that are broken are findings. `headers` go with
    the requests for a URL.
    """
    if file.lower().startswith(("http://", "https://")):
        from models.inspection.remote import RemoteFile, connection  # only here is HTTP needed

        with connection(headers) as client:
            return _described(*read_parts(RemoteFile(client, file)))
    path = embedded_path() if file == Source.EMBEDDED else Path(file).expanduser()
    return _described(*read_parts(LocalFile(path)))


def _described(parts: Sequence[Part], findings: Sequence[Finding]) -> Inspection:
    first, tensors = parts[0], tensors_of(parts)
    metadata = first.header.metadata
    dimensions = dimensions_of(metadata, tensors.values())
    shares = _shares(tensors.values(), dimensions)
    architecture = _text(metadata, "general.architecture")
    template = _text(metadata, "tokenizer.chat_template")
    sizes = [part.size for part in parts if part.size is not None]
    broken = broken_rules(metadata, tensors, dimensions, first.tokens.size)
    return Inspection(
        file=first.name,
        files=len(parts),
        name=_text(metadata, "general.name"),
        architecture=architecture,
        quantization=_quantization(metadata, shares),
        parameters=sum(share.parameters for share in shares),
        active_parameters=sum(_active(share, dimensions) for share in shares),
        file_bytes=sum(sizes) if len(sizes) == len(parts) else None,
        header_bytes=sum(part.header.data_start for part in parts),
        tensor_bytes=sum(share.bytes for share in shares),
        expert_bytes=sum(share.bytes for share in shares if share.kind is Kind.EXPERTS),
        shares=shares,
        dimensions=dimensions,
        kv_bytes_per_token=kv_bytes_by_type(dimensions),
        recurrent_bytes_per_sequence=recurrent_bytes(dimensions),
        vocabulary=first.tokens,
        spoken=recognised(architecture, template, first.tokens),
        findings=(*findings, *broken),
    )


def _shares(tensors: Iterable[Tensor], dimensions: Dimensions) -> tuple[Share, ...]:
    by_kind: dict[Kind, list[Tensor]] = {}
    recurrent = frozenset(dimensions.recurrent_layers)
    for tensor in tensors:
        by_kind.setdefault(kind_of(tensor.name, recurrent), []).append(tensor)
    shares = (_share(kind, of_kind) for kind, of_kind in by_kind.items())
    return tuple(sorted(shares, key=lambda share: -share.bytes))


def _share(kind: Kind, tensors: Sequence[Tensor]) -> Share:
    types: Counter[str] = Counter()
    for tensor in tensors:
        types[NAMES[tensor.type]] += size_of(tensor)
    return Share(
        kind=kind,
        tensors=len(tensors),
        parameters=sum(prod(tensor.shape) for tensor in tensors),
        bytes=types.total(),
        types=dict(types.most_common()),
    )


def _active(share: Share, dimensions: Dimensions) -> int:
    experts, used = dimensions.experts, dimensions.experts_used
    if share.kind is not Kind.EXPERTS or not 0 < used <= experts:
        return share.parameters
    return share.parameters * used // experts


def _quantization(metadata: Mapping[str, Value], shares: Iterable[Share]) -> str:
    said = metadata.get("general.file_type")
    if isinstance(said, int) and said in FILE_TYPES:
        return FILE_TYPES[said]
    types: Counter[str] = Counter()
    for share in shares:
        types.update(share.types)
    return types.most_common(1)[0][0] if types else ""


def _text(metadata: Mapping[str, Value], key: str) -> str:
    value = metadata.get(key)
    return value if isinstance(value, str) else ""
