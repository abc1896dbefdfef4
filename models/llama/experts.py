"""Which experts a mixture of experts chooses, read while it computes.

llama.cpp asks a callback about every tensor of a graph; the tap wants `ffn_moe_topk-<layer>`, whose
columns are the experts of one token each. The graph is cut at those tensors: an accelerator that
fuses the router's operations cannot fuse across the cut, is slower, and may round otherwise.
"""

from __future__ import annotations

import ctypes
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

import llama_cpp as lib
from llama_cpp.llama_cpp import _lib as library

from models.experts import ExpertCounts
from models.llama.batch import Batch
from models.llama.weights import Weights

Row = tuple[int, bool]
"""Of one token: its lane, and whether its logits are wanted."""

Chosen = tuple[int, int, Iterator[list[int]]]
"""Read and not yet counted: a layer, its tokens, and the experts of each."""

Choice = Callable[[int, int, Sequence[int]], None]
"""Hears of one token: its lane, the layer, and its experts, the likeliest first."""

_CHOSEN = b"ffn_moe_topk-"
_SIZE = ctypes.sizeof(ctypes.c_int32)

_COUNTED_NO_MORE = "experts are counted no more"
_logger = logging.getLogger("cadre.llama")

# The first two keep the GIL: they are called for every tensor, and answer at once.
_name: Callable[[int], bytes] = ctypes.PYFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p)(
    ("ggml_get_name", library)
)
_bytes = ctypes.PYFUNCTYPE(ctypes.c_size_t, ctypes.c_void_p)(("ggml_nbytes", library))
_copy = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t
)(("ggml_backend_tensor_get", library))  # fmt: skip


class _Tensor(ctypes.Structure):
    """How a `ggml_tensor` begins; see ggml.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("buffer", ctypes.c_void_p),
        ("ne", ctypes.c_int64 * 4),
        ("nb", ctypes.c_size_t * 4),
    )


class Tap:
    """Counts the chosen experts by lane, layer and expert. Belongs to the context's thread.

    Tokens are counted where they are computed: a prefix that a lane was given by a fork is not its.
    """

    def __init__(self, weights: Weights, on_choice: Choice | None = None) -> None:
        """`on_choice` hears of each token once its batch is computed; what it raises ends the
        counting."""
        architecture = weights.metadata("general.architecture")
        layers = int(weights.metadata(f"{architecture}.block_count") or 0)
        experts = int(weights.metadata(f"{architecture}.expert_count") or 0)
        self.on = experts > 0
        """False for a model without experts, and after a failure, which ends the counting."""
        called = lib.ggml_backend_sched_eval_callback
        self.callback = called(self._on_tensor) if self.on else called()
        """For `cb_eval`; a null pointer where there is nothing to count."""
        self._split = _equal_parts if weights.recurrent else _one_part
        self._lanes: defaultdict[int, list[list[int]]] = defaultdict(
            lambda: [[0] * experts for _ in range(layers)]
        )
        self._taken = ExpertCounts()
        self._parts: list[Iterator[Sequence[Row]]] = []
        self._read: list[Chosen] = []
        self._layers = layers
        self._on_choice = on_choice

    def begin(self, batch: Batch) -> None:
        """The batch that is computed next."""
        if self.on:
            parts = self._split(batch.rows())
            self._parts = [iter(parts) for _ in range(self._layers)]

    def end(self) -> None:
        """The batch is computed: count what was read of it. Before, llama.cpp's threads wait, and
        would fall asleep."""
        read, self._read = self._read, []
        try:
            for layer, tokens, rows in read:
                self._count(layer, tokens, rows)
        except Exception:  # a run goes on without its counts
            _logger.exception(_COUNTED_NO_MORE)
            self.on = False

    def take(self, lane: int) -> ExpertCounts:
        """What the lane has chosen since it was taken last; it begins anew."""
        counts = _frozen(self._lanes.pop(lane, []))
        self._taken += counts
        return counts

    def snapshot(self) -> ExpertCounts:
        """What all lanes have chosen since the tap was made, taken or not."""
        return sum(map(_frozen, self._lanes.values()), self._taken)

    def _on_tensor(self, address: int, asked: bool, _: int | None) -> bool:
        """Asked: whether the tensor is wanted. Else it is there; False would stop the decode."""
        if not self.on:
            return not asked
        name = _name(address)
        wanted = name.startswith(_CHOSEN) and name[len(_CHOSEN) :].isdigit()
        if wanted and not asked:
            try:
                self._read.append((int(name[len(_CHOSEN) :]), *_chosen(address)))
            except Exception:  # C cannot catch it, and would go on with half a graph
                _logger.exception(_COUNTED_NO_MORE)
                self.on = False
        return wanted

    def _count(self, layer: int, tokens: int, rows: Iterable[list[int]]) -> None:
        lanes = _computed(next(self._parts[layer]), tokens)
        for lane, chosen in zip(lanes, rows, strict=True):
            counts = self._lanes[lane][layer]
            for expert in chosen:
                counts[expert] += 1
            if self._on_choice is not None:
                self._on_choice(lane, layer, chosen)


def _chosen(address: int) -> tuple[int, Iterator[list[int]]]:
    """How many tokens a tensor is about, and the experts of each. It is a view of the first rows of
    a larger one: its columns are `nb[1]` bytes apart, more than they are long."""
    tensor = _Tensor.from_address(address)
    used, tokens = tensor.ne[:2]
    if tensor.type != lib.GGML_TYPE_I32 or tensor.nb[0] != _SIZE or tensor.nb[1] % _SIZE:
        raise RuntimeError(f"experts of type {tensor.type}, strides {tensor.nb[:2]}")
    step, size = tensor.nb[1] // _SIZE, _bytes(address) if tokens else 0
    data = (ctypes.c_int32 * (size // _SIZE))()
    _copy(address, data, 0, size)
    return tokens, (data[begin : begin + used] for begin in range(0, tokens * step, step))


def _computed(rows: Sequence[Row], tokens: int) -> list[int]:
    """Lanes of the tokens that a layer computed: all, or in a last layer the wanted ones."""
    lanes = [lane for lane, _ in rows]
    if len(lanes) != tokens:
        lanes = [lane for lane, wanted in rows if wanted]
    if len(lanes) != tokens:
        raise RuntimeError(f"a layer computed {tokens} tokens of {len(rows)}")
    return lanes


def _one_part(rows: Sequence[Row]) -> list[Sequence[Row]]:
    return [rows]


def _equal_parts(rows: Sequence[Row]) -> list[Sequence[Row]]:
    """A batch in the parts and order in which llama.cpp computes it for recurrent layers: of every
    lane as many tokens as the shortest has left (`llama_batch_allocr::split_equal`)."""
    places: dict[int, list[int]] = {}
    for place, (lane, _) in enumerate(rows):
        places.setdefault(lane, []).append(place)
    parts: list[Sequence[Row]] = []
    left = list(places.values())
    while left:
        width = min(map(len, left))
        parts.append([rows[place] for lane in sorted(left) for place in lane[:width]])
        left = [lane[width:] for lane in left if lane[width:]]
    return parts


def _frozen(layers: Iterable[Iterable[int]]) -> ExpertCounts:
    return ExpertCounts(tuple(map(tuple, layers)))
