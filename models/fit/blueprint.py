"""A model as its file's header has it: bytes by layer, and the shape that the rest follows from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from models.errors import ModelError
from models.ggml_types import size_of
from models.gguf_reader import Malformed, Tensor
from models.header import broken, check_header
from models.inspection.dimensions import Dimensions, dimensions_of
from models.inspection.kinds import Kind, kind_of, placed
from models.inspection.local import LocalFile
from models.inspection.parts import files_of, read_parts, tensors_of

_MERGED = "ffn_gate_up_exps.weight"


@dataclass(frozen=True, slots=True)
class LayerBytes:
    """The weights of one layer."""

    core: int
    """All but the routed experts."""
    experts: int = 0

    @property
    def total(self) -> int:
        """Both."""
        return self.core + self.experts


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What memory cares about of one model."""

    name: str
    """Of its file."""
    dimensions: Dimensions
    vocabulary: int
    layers: tuple[LayerBytes, ...]
    """Those that only predict further tokens, too."""
    embeddings: int
    """Bytes of what stays in the computer's own memory."""
    output: int
    """Bytes of what stands beside the last layer."""
    tied: bool
    """Whether the output is the embeddings once more: an accelerator needs a copy."""
    output_type: int = 0
    """ggml's number of the output's type."""
    largest: int = 0
    """Bytes of the largest matrix in any layer; an accelerator borrows it from memory."""
    merged: bool = False
    """Whether a layer's gates and ups lie in one tensor."""

    @property
    def weights(self) -> int:
        """Bytes of all tensors."""
        return self.embeddings + self.output + sum(layer.total for layer in self.layers)

    @property
    def experts(self) -> bool:
        """Whether it is a mixture of experts."""
        return any(layer.experts for layer in self.layers)


def blueprint(path: Path) -> Blueprint:
    """What the headers of a model's files say; a ModelError where they do not say enough."""
    path = path.expanduser()
    parts, findings = read_parts(LocalFile(path))
    if len(files_of(path.name)) > len(parts):
        told = next(iter(findings))
        raise ModelError(f"{path.name}: {told.found}", "fetch the whole set of files")
    if len(parts) == 1:
        check_header(path)
    metadata, tensors = parts[0].header.metadata, tensors_of(parts)
    dimensions = dimensions_of(metadata, tensors.values())
    _check(path.name, dimensions, tensors)
    try:
        return _drawn(path.name, dimensions, tensors)
    except Malformed as error:
        raise broken(str(path), error) from error


def _check(name: str, of: Dimensions, tensors: Mapping[str, Tensor]) -> None:
    """A ModelError where the shape is not told: nothing could be predicted."""
    known = of.layers and of.hidden and of.heads and of.kv_heads_by_layer and of.key_length
    embeddings = tensors.get("token_embd.weight")
    if not known or embeddings is None or len(embeddings.shape) < 2:
        raise ModelError(
            f"{name} does not say enough of its shape to reckon with", "see: cadre models inspect"
        )


def _drawn(name: str, dimensions: Dimensions, tensors: Mapping[str, Tensor]) -> Blueprint:
    embeddings, head = tensors["token_embd.weight"], tensors.get("output.weight")
    count = (dimensions.layers or 0) + dimensions.predicting_layers
    core, experts = [0] * count, [0] * count
    output = largest = 0
    for tensor in tensors.values():
        layer, _ = placed(tensor.name)
        size = size_of(tensor)
        if layer is None:
            output += size * (tensor is not embeddings)
        elif layer < count:
            bytes_by_layer = experts if kind_of(tensor.name) is Kind.EXPERTS else core
            bytes_by_layer[layer] += size
            largest = max(largest, size)
    return Blueprint(
        name=name,
        dimensions=dimensions,
        vocabulary=embeddings.shape[1],
        layers=tuple(map(LayerBytes, core, experts)),
        embeddings=size_of(embeddings),
        output=output,
        tied=head is None,
        output_type=(head or embeddings).type,
        largest=largest,
        merged=f"blk.0.{_MERGED}" in tensors,
    )
