"""The rules that a file's tensors are held to: strict ones for Qwen3, few for other architectures.

Shapes are looked at only where the header gives every number that they need.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from models.gguf_reader import Malformed, Tensor, Value
from models.hyperparameters import check_hyperparameters
from models.inspection.checking import bare, beyond, differences, shaped
from models.inspection.dimensions import Dimensions
from models.inspection.expected import LAYERS, expected_tensors, sizes_of
from models.inspection.finding import Finding
from models.inspection.kinds import Kind, kind_of, placed

_MIXTURES = frozenset({"qwen3moe", "qwen3next"})
_STACK = re.compile(r"ffn_(gate|up|down|gate_up)_exps\.weight")
_STACKED = ("ffn_gate_exps.weight", "ffn_up_exps.weight", "ffn_down_exps.weight")


def broken_rules(
    metadata: Mapping[str, Value],
    tensors: Mapping[str, Tensor],
    dimensions: Dimensions,
    vocabulary: int,
) -> Iterator[Finding]:
    """Every rule that a model's header breaks; `vocabulary` is its number of tokens."""
    architecture = str(metadata.get("general.architecture", ""))
    yield from _header(metadata, tensors.values())
    kind = list(_kind(architecture, tensors, dimensions))
    yield from kind
    if architecture in LAYERS:
        yield from _strict(architecture, tensors, dimensions, vocabulary, whole=not kind)
    else:
        yield from _lenient(tensors, dimensions, vocabulary)
    yield from _written_in_order(tensors)


def _header(metadata: Mapping[str, Value], tensors: Iterable[Tensor]) -> Iterator[Finding]:
    """What is no model, and what llama.cpp would abort on."""
    type = metadata.get("general.type", "model")
    if type != "model":
        yield Finding(rule="kind", where="general.type", expected="model", found=str(type))
    try:
        check_hyperparameters(metadata, tensors)
    except Malformed as error:
        sane = "what llama.cpp can load"
        yield Finding(rule="header", where="the header", expected=sane, found=str(error))


def _kind(architecture: str, tensors: Iterable[str], dimensions: Dimensions) -> Iterator[Finding]:
    """A dense model called a mixture of experts, and the reverse."""
    found = sum(kind_of(name) is Kind.EXPERTS for name in tensors)
    mixture = architecture in _MIXTURES or dimensions.experts > 0
    if mixture and not found:
        says = f"{dimensions.experts} experts" if dimensions.experts else "experts"
        yield Finding(
            rule="kind",
            where="the tensors",
            expected=f"{says} in every layer, as {architecture} says",
            found="a dense model: no tensor of experts",
        )
    elif found and (architecture == "qwen3" or not mixture):
        yield Finding(
            rule="kind",
            where="the tensors",
            expected=f"a dense model, as {architecture} says",
            found=f"a mixture of experts: {found} tensors of experts",
        )


def _strict(
    architecture: str,
    tensors: Mapping[str, Tensor],
    dimensions: Dimensions,
    vocabulary: int,
    *,
    whole: bool,
) -> Iterator[Finding]:
    """All tensors of an architecture; without the feed-forward where its very kind is wrong."""
    words = vocabulary or _rows(tensors, "token_embd.weight")
    sizes = sizes_of(dimensions, words, mixture=architecture in _MIXTURES and whole)
    if sizes is None:
        yield Finding(
            rule="header",
            where="the header",
            expected="layers, widths, heads and a vocabulary",
            found="some of them missing: shapes are not checked",
        )
        return
    expected = expected_tensors(architecture, sizes, tensors)
    there = dict(tensors)
    if not whole:
        expected = {name: one for name, one in expected.items() if not _is_feed_forward(name)}
        there = {name: one for name, one in there.items() if not _is_feed_forward(name)}
    yield from differences(there, expected, dimensions)


def _lenient(
    tensors: Mapping[str, Tensor], dimensions: Dimensions, vocabulary: int
) -> Iterator[Finding]:
    """What every architecture of language models has in common."""
    for tensor in tensors.values():
        yield from beyond(tensor, dimensions)
        yield from _mixed(tensor, dimensions)
    yield from _words(tensors, dimensions, vocabulary)
    layers = {placed(name)[0] for name in tensors}
    for layer in range(dimensions.layers or 0):
        if layer not in layers:
            yield Finding(rule="missing", where=f"blk.{layer}", expected="tensors", found="nothing")


def _mixed(tensor: Tensor, dimensions: Dimensions) -> Iterator[Finding]:
    """Routers and experts have one slice for each expert, whatever the architecture."""
    experts, hidden = dimensions.experts, dimensions.hidden
    if not experts:
        return
    _, tail = placed(tensor.name)
    wanted = tensor.shape
    if _STACK.fullmatch(tail):
        wanted = (*(*tensor.shape, 1)[:2], experts)
    elif tail == "ffn_gate_inp.weight" and hidden:
        wanted = (hidden, experts)
    if bare(tensor.shape) != bare(wanted):
        yield shaped(tensor, wanted)


def _words(
    tensors: Mapping[str, Tensor], dimensions: Dimensions, vocabulary: int
) -> Iterator[Finding]:
    wanted = (dimensions.hidden or 0, vocabulary)
    embeddings = tensors.get("token_embd.weight")
    if embeddings is None:
        name = "token_embd.weight"
        yield Finding(rule="missing", where=name, expected="embeddings", found="nothing")
    elif all(wanted) and bare(embeddings.shape) != bare(wanted):
        yield shaped(embeddings, wanted)


def _written_in_order(tensors: Mapping[str, Tensor]) -> Iterator[Finding]:
    """A note on each layer whose experts lie in another order than in most layers."""
    orders: dict[int, tuple[str, ...]] = {}
    for name in tensors:
        layer, tail = placed(name)
        if layer is not None and tail in _STACKED:
            orders[layer] = (*orders.get(layer, ()), tail.split("_")[1])
    usual = Counter(orders.values()).most_common(1)[0][0] if orders else ()
    for layer, order in orders.items():
        if order != usual and sorted(order) == sorted(usual):
            yield Finding(
                rule="order",
                where=f"blk.{layer}.ffn_*_exps.weight",
                expected=f"{', '.join(usual)}, as in most layers",
                found=", ".join(order),
                broken=False,
            )


def _is_feed_forward(name: str) -> bool:
    kinds = (Kind.FEED_FORWARD, Kind.EXPERTS, Kind.ROUTER, Kind.SHARED_EXPERT)
    return kind_of(name) in kinds


def _rows(tensors: Mapping[str, Tensor], name: str) -> int:
    tensor = tensors.get(name)
    return tensor.shape[1] if tensor and len(tensor.shape) > 1 else 0
