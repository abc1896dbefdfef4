"""Which experts a mixture of experts chooses, counted while it computes.

The graph is cut at the tensors that are read (`chosen`): an accelerator that fuses the router's
operations cannot fuse across the cut, is slower, and may round otherwise.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

import llama_cpp as lib

from models.experts import ExpertCounts
from models.llama.batch import Batch
from models.llama.chosen import reader
from models.llama.weights import Weights

Row = tuple[int, bool]
"""Of one token: its lane, and whether its logits are wanted."""

Choice = Callable[[int, int, Sequence[int]], None]
"""Hears of one token: its lane, the layer, and its experts, the likeliest first."""

_COUNTED_NO_MORE = "experts are counted no more"
_logger = logging.getLogger("cadre.llama")


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
        self._reader = reader() if self.on else None
        self._split = _equal_parts if weights.recurrent else _one_part
        self._lanes: defaultdict[int, list[list[int]]] = defaultdict(
            lambda: [[0] * experts for _ in range(layers)]
        )
        self._taken = ExpertCounts()
        self._parts: list[Iterator[Sequence[Row]]] = []
        self._layers = layers
        self._on_choice = on_choice

    def hang_in(self, params: lib.llama_context_params) -> None:
        """Have the context that is made of `params` call back; nothing where there is nothing to
        count."""
        if self._reader is not None:
            params.cb_eval = self._reader.callback
            params.cb_eval_user_data = self._reader.data

    def begin(self, batch: Batch) -> None:
        """The batch that is computed next."""
        if self.on:
            parts = self._split(batch.rows())
            self._parts = [iter(parts) for _ in range(self._layers)]

    def end(self) -> None:
        """The batch is computed: count what was read of it. Before, llama.cpp's threads wait, and
        would fall asleep."""
        if self._reader is None or not self.on:
            return
        try:
            for layer, tokens, rows in self._reader.take():
                self._count(layer, tokens, rows)
        except Exception:  # a run goes on without its counts
            _logger.exception(_COUNTED_NO_MORE)
            self._reader.stop()
            self.on = False

    def take(self, lane: int) -> ExpertCounts:
        """What the lane has chosen since it was taken last; it begins anew."""
        counts = _frozen(self._lanes.pop(lane, []))
        self._taken += counts
        return counts

    def snapshot(self) -> ExpertCounts:
        """What all lanes have chosen since the tap was made, taken or not."""
        return sum(map(_frozen, self._lanes.values()), self._taken)

    def _count(self, layer: int, tokens: int, rows: Iterable[list[int]]) -> None:
        lanes = _computed(next(self._parts[layer]), tokens)
        for lane, chosen in zip(lanes, rows, strict=True):
            counts = self._lanes[lane][layer]
            for expert in chosen:
                counts[expert] += 1
            if self._on_choice is not None:
                self._on_choice(lane, layer, chosen)


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
