"""What llama.cpp asserts instead of reporting: refused here, where refusing is an error message.

Found by mutating a thousand headers of small models and loading each through llama.cpp. Whatever it
reports by itself (shapes, missing tensors, unknown architectures) is left to it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from models.errors import ModelError
from models.ggml_types import KV_TYPES, SIZES
from models.gguf_reader import STRING, Array, Malformed, Tensor, Value
from models.loading import Loading

_INT32, _FLOAT32 = 5, 6
_ARRAYS = {
    "tokenizer.ggml.tokens": STRING,
    "tokenizer.ggml.merges": STRING,
    "tokenizer.ggml.scores": _FLOAT32,
    "tokenizer.ggml.token_type": _INT32,
}
"""The vocabulary's arrays and the types of their elements."""
_NUMBERS = {
    "block_count": (1, 512),
    "context_length": (1, 2**31 - 1),
    "embedding_length": (1, 2**20),
    "feed_forward_length": (1, 2**24),
    "attention.head_count": (1, 2**14),
    "attention.head_count_kv": (1, 2**14),
    "attention.key_length": (1, 2**14),
    "attention.value_length": (1, 2**14),
    "expert_count": (0, 2**12),
    "nextn_predict_layers": (0, 512),
}
"""Numbers and their least and largest sensible value."""
_EPSILONS = ("attention.layer_norm_rms_epsilon", "attention.layer_norm_epsilon")
_ROPE_SCALINGS = {"none", "linear", "yarn", "longrope"}
_WHOLE_HEAD_ROPE = {"llama", "qwen2", "qwen2moe", "qwen3", "qwen3moe"}
"""Architectures that rotate whole heads, and assert that they do."""
_NO_WEIGHTS = range(24, 29)
"""Integers and doubles: ggml stores such tensors and cannot compute with them."""
_F32 = 0


def check_hyperparameters(metadata: Mapping[str, Value], tensors: Iterable[Tensor]) -> None:
    """Raise Malformed where llama.cpp would abort."""
    architecture = metadata.get("general.architecture")
    if not isinstance(architecture, str) or not architecture:
        raise Malformed("it names no architecture")
    own = _own(metadata, architecture)
    _check_numbers(own)
    _check_experts(own, moe=architecture.endswith("moe"))
    _check_rope(own, whole_head=architecture in _WHOLE_HEAD_ROPE)
    _check_vocabulary(metadata)
    _check_types(tensors)


def check_kv_types(metadata: Mapping[str, Value], loading: Loading) -> None:
    """ModelError where a type keeps more values a block than this model's heads have.

    With flash attention llama.cpp refuses that, without it it aborts.
    """
    own = _own(metadata, str(metadata.get("general.architecture")))
    kept = (("key_length", "kv_type_k"), ("value_length", "kv_type_v"))
    for (length, setting), type in zip(kept, (loading.kv_type_k, loading.kv_type_v), strict=True):
        width, block = _head(own, length), SIZES[KV_TYPES[type]][0]
        if width and width % block:
            raise ModelError(
                f"{setting} cannot be {type}: it keeps blocks of {block} values, and the heads of "
                f"this model have {width}",
                f"set {setting} to f16",
            )


def _own(metadata: Mapping[str, Value], architecture: str) -> dict[str, Value]:
    """What the architecture itself says, without its prefix."""
    return {
        key.removeprefix(f"{architecture}."): value
        for key, value in metadata.items()
        if key.startswith(f"{architecture}.")
    }


def _check_numbers(own: Mapping[str, Value]) -> None:
    for key, (least, most) in _NUMBERS.items():
        if (value := _number(own, key)) is not None and not least <= value <= most:
            raise Malformed(f"{key} is {value}")
    for key in _EPSILONS:
        epsilon = own.get(key)
        if isinstance(epsilon, float) and not (math.isfinite(epsilon) and epsilon >= 0):
            raise Malformed(f"{key} is {epsilon}")
    if (_number(own, "nextn_predict_layers") or 0) > (_number(own, "block_count") or 0):
        raise Malformed("nextn_predict_layers is larger than block_count")


def _check_experts(own: Mapping[str, Value], *, moe: bool) -> None:
    experts = _number(own, "expert_count") or 0
    used = own.get("expert_used_count", 0)
    most = max(used.integers, default=0) if isinstance(used, Array) else used
    if isinstance(most, int) and not (0 < most <= experts or (most == experts == 0 and not moe)):
        raise Malformed(f"it uses {most} of {experts} experts")
    groups = _number(own, "expert_group_count") or 0
    if groups and (not experts or experts % groups):
        raise Malformed(f"it has {experts} experts in {groups} groups")


def _check_rope(own: Mapping[str, Value], *, whole_head: bool) -> None:
    scaling = own.get("rope.scaling.type")
    if isinstance(scaling, str) and scaling not in _ROPE_SCALINGS:
        raise Malformed(f"rope.scaling.type is {scaling!r}")
    rotated, head = _number(own, "rope.dimension_count"), _head(own, "key_length")
    if whole_head and rotated is not None and head and rotated != head:
        raise Malformed(f"rope.dimension_count is {rotated} for heads of {head}")


def _check_vocabulary(metadata: Mapping[str, Value]) -> None:
    tokens = metadata.get("tokenizer.ggml.tokens")
    for key, type in _ARRAYS.items():
        value = metadata.get(key)
        if value is None:
            continue
        if not isinstance(value, Array) or value.type != type:
            raise Malformed(f"{key} is not the array that it must be")
        per_token = key.endswith(("scores", "token_type"))
        if per_token and isinstance(tokens, Array) and value.count != tokens.count:
            raise Malformed(f"{key} has {value.count} entries for {tokens.count} tokens")
    if isinstance(tokens, Array) and tokens.repeated is not None:
        raise Malformed(f"its vocabulary has the token {tokens.repeated!r} twice")


def _check_types(tensors: Iterable[Tensor]) -> None:
    for tensor in tensors:
        norm = tensor.name.endswith("norm.weight") and tensor.type != _F32
        if norm or (tensor.name.endswith(".weight") and tensor.type in _NO_WEIGHTS):
            raise Malformed(f"tensor {tensor.name!r} has type {tensor.type}, which no weight has")


def _head(own: Mapping[str, Value], length: str) -> int | None:
    """The width of a head's keys or values; None where the file does not tell."""
    width, heads = _number(own, "embedding_length"), _number(own, "attention.head_count")
    shared = width // heads if width and heads else None
    return _number(own, f"attention.{length}") or shared


def _number(own: Mapping[str, Value], key: str) -> int | None:
    """An integer; None where there is none: llama.cpp reports other types itself."""
    value = own.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
