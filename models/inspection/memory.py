"""What a sequence costs beside the weights: keys and values for each token, and a state."""

from __future__ import annotations

from collections.abc import Mapping

from models.ggml_types import KV_TYPES, SIZES
from models.inspection.dimensions import Dimensions
from models.loading import KvType

SHOWN: tuple[KvType, ...] = ("f16", "q8_0")
_F32 = 4


def kv_bytes(dimensions: Dimensions, type: KvType) -> int | None:
    """Bytes of one token's keys and values in all layers of attention; None where unknown.

    As llama.cpp lays them out: a row a token and layer, of all its heads.
    """
    key, value = dimensions.key_length, dimensions.value_length
    if not (key and value and dimensions.kv_heads_by_layer):
        return None
    elements, size = SIZES[KV_TYPES[type]]
    if key % elements or value % elements:
        return None
    heads = sum(dimensions.kv_heads_by_layer[layer] for layer in dimensions.attention_layers)
    return heads * (key + value) // elements * size


def kv_bytes_by_type(dimensions: Dimensions) -> Mapping[KvType, int]:
    """The same for each type that is worth telling."""
    known = ((type, kv_bytes(dimensions, type)) for type in SHOWN)
    return {type: size for type, size in known if size is not None}


def recurrent_bytes(dimensions: Dimensions) -> int:
    """Bytes of one sequence's state, which llama.cpp keeps in F32 however long the sequence is.

    A layer keeps what its convolution has to remember, and a matrix for each head of values
    (`n_embd_r` and `n_embd_s` in llama-hparams.cpp).
    """
    net = dimensions.delta_net
    if net is None:
        return 0
    convolution = (net.kernel - 1) * (net.inner + 2 * net.groups * net.state)
    return len(dimensions.recurrent_layers) * (convolution + net.state * net.inner) * _F32
