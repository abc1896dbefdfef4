"""The tensors that are there beside those that should be: each difference is a finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from models.ggml_types import NAMES
from models.gguf_reader import Tensor
from models.inspection.dimensions import Dimensions
from models.inspection.expected import Expected, Shape
from models.inspection.finding import Finding
from models.inspection.kinds import placed

_F32 = 0
_SCALES = (".scale", ".input_scale")
"""Of types that keep a factor beside a tensor."""
_COMPARED = 16
"""Names that a missing one is compared with."""


def differences(
    tensors: Mapping[str, Tensor], expected: Mapping[str, Expected], dimensions: Dimensions
) -> Iterator[Finding]:
    """What is missing, what is wrong with what is there, and what should not be there."""
    strange = _by_layer(name for name in tensors if name not in expected)
    owners = {(placed(name)[0], bare(one.shape)): name for name, one in expected.items()}
    for name, wanted in expected.items():
        if name in tensors:
            yield from _checked(tensors[name], wanted, owners)
        elif wanted.required:
            yield _missing(name, wanted, strange.get(placed(name)[0], []))
    layers = _layers_by_tail(expected)
    for name in (name for names in strange.values() for name in names):
        if not name.endswith(_SCALES):
            yield from _unexpected(tensors[name], layers, dimensions)


def beyond(tensor: Tensor, dimensions: Dimensions) -> Iterator[Finding]:
    """A finding where the tensor is of a layer that the model does not have."""
    layer, _ = placed(tensor.name)
    there = (dimensions.layers or 0) + dimensions.predicting_layers
    if dimensions.layers is not None and layer is not None and layer >= there:
        where = f"layers 0 to {there - 1}"
        yield Finding(
            rule="misplaced", where=tensor.name, expected=where, found=f"it in layer {layer}"
        )


def shaped(tensor: Tensor, wanted: Shape, owner: str = "") -> Finding:
    """A tensor whose shape is wrong; `owner` is whose shape it has, told where only the order of
    the dimensions is another: it may be the wrong tensor."""
    turned = sorted(bare(tensor.shape)) == sorted(bare(wanted))
    return Finding(
        rule="order" if turned else "shape",
        where=tensor.name,
        expected=written(wanted),
        found=written(tensor.shape) + (f", the shape of {owner}" if owner and turned else ""),
    )


def bare(shape: Shape) -> Shape:
    """The shape without the ones at its end, which do not count."""
    while len(shape) > 1 and shape[-1] == 1:
        shape = shape[:-1]
    return shape


def written(shape: Shape) -> str:
    """`[2048, 768, 128]`."""
    return f"[{', '.join(map(str, shape))}]"


def _checked(
    tensor: Tensor, wanted: Expected, owners: Mapping[tuple[int | None, Shape], str]
) -> Iterator[Finding]:
    if bare(tensor.shape) != bare(wanted.shape):
        owner = owners.get((placed(tensor.name)[0], bare(tensor.shape)), "")
        yield shaped(tensor, wanted.shape, owner)
    if wanted.f32 and tensor.type != _F32:
        type = NAMES.get(tensor.type, str(tensor.type))
        yield Finding(rule="type", where=tensor.name, expected="F32", found=type, broken=False)


def _missing(name: str, wanted: Expected, strange: list[str]) -> Finding:
    near = get_close_matches(name, strange[:_COMPARED], n=1, cutoff=0.9)
    found = f"nothing, but {near[0]}" if near else "nothing"
    return Finding(rule="missing", where=name, expected=written(wanted.shape), found=found)


def _unexpected(
    tensor: Tensor, layers: Mapping[str, list[int]], dimensions: Dimensions
) -> Iterator[Finding]:
    layer, tail = placed(tensor.name)
    trunk = dimensions.layers or 0
    if layer is not None and layer >= trunk:
        yield from beyond(tensor, dimensions)
        return
    known = layers.get(tail) if layer is not None else None
    yield Finding(
        rule="misplaced" if known else "extra",
        where=tensor.name,
        expected=f"it only in layers {_some(known)}" if known else "no such tensor",
        found=f"it in layer {layer}" if known else written(tensor.shape),
    )


def _by_layer(names: Iterable[str]) -> dict[int | None, list[str]]:
    layers: dict[int | None, list[str]] = {}
    for name in names:
        layers.setdefault(placed(name)[0], []).append(name)
    return layers


def _layers_by_tail(expected: Iterable[str]) -> dict[str, list[int]]:
    tails: dict[str, list[int]] = {}
    for name in expected:
        layer, tail = placed(name)
        if layer is not None:
            tails.setdefault(tail, []).append(layer)
    return tails


def _some(layers: list[int]) -> str:
    shown = ", ".join(map(str, layers[:4]))
    return shown if len(layers) <= 4 else f"{shown}, ... {layers[-1]}"
