"""What a model will have on each device, before anything is loaded.

Reckoned as llama.cpp allocates: a row of keys and of values for each cell and layer of attention, a
state for each lane and recurrent layer, logits for each lane, and a buffer in which the largest
decode is computed (`decoding`). That is exact where one device has the whole model. Where several
share the layers each is reckoned to need that buffer whole, which is an upper bound.
"""

from __future__ import annotations

from functools import lru_cache

from models.fit.blueprint import Blueprint
from models.fit.buffers import Buffers
from models.fit.decoding import Decoding
from models.fit.placement import Placement
from models.fit.serving import Serving
from models.ggml_types import KV_TYPES, SIZES
from models.inspection.memory import recurrent_bytes
from models.loading import KvType

_F32 = 4
_PIPELINED = 4
"""Copies of the inputs where several accelerators take turns (`GGML_SCHED_MAX_COPIES`)."""


def predict(
    of: Blueprint, serving: Serving, placement: Placement | None = None, accelerators: int = 0
) -> tuple[Buffers, ...]:
    """Buffers in memory, and after them those of each accelerator."""
    placement = placement or Placement()
    kept = [Buffers() for _ in range(1 + accelerators)]
    weights = _weights(of, placement, accelerators)
    for layer in range(of.dimensions.layers or 0):
        at = _at(placement.device(layer, len(of.layers)))
        kept[at] += _remembered(of, serving, layer)
    computed = _computed(of, serving, placement, accelerators)
    logits = Buffers(output=serving.lanes * of.vocabulary * _F32)
    both = [
        Buffers(weights=size) + held + room
        for size, held, room in zip(weights, kept, computed, strict=True)
    ]
    return (both[0] + logits, *both[1:])


def kv_possible(of: Blueprint, type: KvType) -> bool:
    """Whether the model's heads are whole blocks of that type."""
    block = SIZES[KV_TYPES[type]][0]
    lengths = (of.dimensions.key_length or 0, of.dimensions.value_length or 0)
    return all(length % block == 0 for length in lengths)


def compute_bytes(of: Blueprint, serving: Serving) -> int:
    """Bytes of the buffer in which the largest decode is computed, all on one device."""
    return _decoding(of, serving)[0]


@lru_cache(maxsize=256)
def _decoding(of: Blueprint, serving: Serving) -> tuple[int, int]:
    """Bytes of the whole decode, and of what is written before it begins."""
    decoding = Decoding(of.dimensions, of.vocabulary, serving, merged=of.merged)
    return decoding.bytes(), decoding.inputs


def _at(device: int | None) -> int:
    """Where a device's buffers stand in the answer; memory is the first."""
    return 0 if device is None else device + 1


def _weights(of: Blueprint, placement: Placement, accelerators: int) -> list[int]:
    sizes = [0] * (1 + accelerators)
    sizes[0] = of.embeddings
    for layer, weights in enumerate(of.layers):
        at = _at(placement.device(layer, len(of.layers)))
        sizes[at] += weights.core
        sizes[at if placement.has_experts(layer) else 0] += weights.experts
    at = _at(placement.device(len(of.layers), len(of.layers)))
    sizes[at] += of.output + (of.embeddings if of.tied and at else 0)
    return sizes


def _remembered(of: Blueprint, serving: Serving, layer: int) -> Buffers:
    """Keys, values and state of one layer."""
    shape = of.dimensions
    if layer in shape.recurrent_layers:
        each = recurrent_bytes(shape) // len(shape.recurrent_layers)
        return Buffers(state=each * serving.lanes)
    if layer not in shape.attention_layers:
        return Buffers()
    heads = shape.kv_heads_by_layer[layer]
    keys = _row(heads * (shape.key_length or 0), serving.kv_type_k)
    values = _row(heads * (shape.value_length or 0), serving.kv_type_v)
    return Buffers(kv=(keys + values) * serving.kv_cells)


def _row(width: int, type: KvType) -> int:
    elements, size = SIZES[KV_TYPES[type]]
    return -(-width // elements) * size


def _computed(
    of: Blueprint, serving: Serving, placement: Placement, accelerators: int
) -> list[Buffers]:
    """The room in which each device computes; where they take turns, what one hands the other is
    there twice."""
    whole, inputs = _decoding(of, serving)
    used = {device for device in _devices(of, placement) if device is not None}
    if not used:
        return [Buffers(compute=whole), *[Buffers()] * accelerators]
    row = (of.dimensions.hidden or 0) * serving.tokens * _F32
    copies = (_PIPELINED - 1) * inputs if len(used) > 1 else 0
    memory, device = inputs + row + copies, whole + (copies or -row)
    if _computes(of, placement):
        memory = whole + row + copies
        device += row * max(of.dimensions.experts_used, 1) + of.largest
    each = [Buffers(compute=device if at in used else 0) for at in range(accelerators)]
    return [Buffers(compute=memory), *each]


def _devices(of: Blueprint, placement: Placement) -> list[int | None]:
    """Of each layer, and of the output after them."""
    count = len(of.layers)
    return [placement.device(layer, count) for layer in range(count + 1)]


def _computes(of: Blueprint, placement: Placement) -> bool:
    """Whether weights of any layer are in memory."""
    experts = (one.experts for one in of.layers[: placement.cpu_expert_layers])
    return None in _devices(of, placement) or any(experts)
