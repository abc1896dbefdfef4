"""Bytes of a quantised model, from its shape: what llama.cpp's quantiser makes of each weight.

Q4_K_M and Q5_K_M are mixtures: the output, and the values and the down projections of about half of
the layers, are Q6_K (`src/llama-quant.cpp`, `llama_tensor_get_type_impl`, without an importance
matrix). The tensors come out to the byte; a file is about 6 MB larger, its header and vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from models.catalogue.entry import Entry, Quantisation
from models.catalogue.shape import Shape
from models.catalogue.weights import PLAIN, Weight, used, weights
from models.ggml_types import SIZES

USUAL: Quantisation = "Q4_K_M"

HEADER_BYTES = 5_970_000
"""Of a Qwen3 file, 151,936 tokens with their merges: the published files bring 5.95 to 6.01 MB."""

_F32, _Q5_0, _Q8_0, _Q4_K, _Q5_K, _Q6_K, _BF16 = 0, 6, 8, 12, 13, 14, 30
_BASE: Mapping[Quantisation, int] = {
    "Q4_K_M": _Q4_K, "Q5_0": _Q5_0, "Q5_K_M": _Q5_K, "Q6_K": _Q6_K, "Q8_0": _Q8_0, "BF16": _BF16,
}  # fmt: skip
_MIXED = {"Q4_K_M": _Q5_K, "Q5_K_M": _Q6_K}
"""What the mixtures make of the joined queries, keys and values of Gated DeltaNet."""


@dataclass(frozen=True, slots=True)
class FileSize:
    """Bytes of a model's file, and whether they were read somewhere or reckoned."""

    bytes: int
    estimate: bool


def file_size(entry: Entry, quantisation: Quantisation = USUAL) -> FileSize:
    """Of the published file where there is one, else of what llama.cpp would make."""
    known = (b.bytes for _, b in entry.builds if b.quantisation == quantisation)
    if (published := next(known, None)) is not None:
        return FileSize(published, estimate=False)
    return FileSize(tensor_bytes(entry.shape, quantisation) + HEADER_BYTES, estimate=True)


@cache
def tensor_bytes(shape: Shape, quantisation: Quantisation) -> int:
    """Of all tensors."""
    return _sum(shape, quantisation, lambda weight: 1.0)


@cache
def expert_bytes(shape: Shape, quantisation: Quantisation) -> int:
    """Of the routed experts."""
    return _sum(shape, quantisation, lambda weight: float(weight.expert))


@cache
def read_bytes(shape: Shape, quantisation: Quantisation, *, experts: bool) -> int:
    """Read from memory for one token: of the chosen experts, or of all the rest.

    Of an embedding only one row is read, unless it is the output as well.
    """

    def part(weight: Weight) -> float:
        if weight.expert is not experts or (weight.kind == "token_embd" and not shape.tied):
            return 0.0
        return used(shape, weight)

    return _sum(shape, quantisation, part)


def _sum(shape: Shape, quantisation: Quantisation, part: Callable[[Weight], float]) -> int:
    return sum(int(_bytes(shape, w, quantisation) * part(w)) for w in weights(shape))


def _bytes(shape: Shape, weight: Weight, quantisation: Quantisation) -> int:
    elements, size = SIZES[_type(shape, weight, quantisation)]
    return weight.length // elements * size


def _type(shape: Shape, weight: Weight, quantisation: Quantisation) -> int:
    """The number of ggml's type; rows of Qwen3's weights are multiples of 256, so all types fit."""
    base = _BASE[quantisation]
    if weight.kind == PLAIN:
        return _F32
    if quantisation in {"Q8_0", "BF16"}:
        return base
    if weight.kind == "output" or (weight.kind == "token_embd" and shape.tied):
        return _Q6_K
    if quantisation not in _MIXED:
        return base
    return _mixture(shape, weight, base, _MIXED[quantisation])


def _mixture(shape: Shape, weight: Weight, base: int, joined: int) -> int:
    match weight.kind:
        case "attn_qkv":
            return joined
        case "ffn_down":
            return _Q6_K if _more_bits(weight.layer, shape.layers) else base
        case "attn_v":
            nth = sum(map(shape.has_attention, range(weight.layer)))
            return _Q6_K if _more_bits(nth, shape.attention_layers) else base
        case _:
            return base


def _more_bits(nth: int, of: int) -> bool:
    """The first and the last eighth, and every third between."""
    return nth < of // 8 or nth >= 7 * of // 8 or (nth - of // 8) % 3 == 2
