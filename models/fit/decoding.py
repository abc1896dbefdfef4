"""The graph of one decode, written down as llama.cpp builds it, for the size of its buffer.

The sources are llama.cpp's `src/llama-graph.cpp` and `src/models/qwen3.cpp`, `qwen3moe.cpp`,
`qwen3next.cpp` and `delta-net-base.cpp`. Other decoders are built alike, and come close.
"""

from __future__ import annotations

from models.fit.graph import Graph, Tensor, over, result, store, view
from models.fit.serving import Serving
from models.inspection.dimensions import DeltaNet, Dimensions

_F32, _F16, _I32, _I64 = 4, 2, 4, 8
_ENOUGH = 16
"""Layers after these repeat them, in the same memory."""
_ROTATED = 64
"""Quantised keys and values are rotated in heads that are multiples of this."""


class Decoding:
    """Builds the graph, layer by layer."""

    def __init__(
        self, dimensions: Dimensions, vocabulary: int, serving: Serving, *, merged: bool = False
    ) -> None:
        """`merged`: whether a layer's gates and ups lie in one tensor."""
        self._of, self._serving, self._merged = dimensions, serving, merged
        self._graph, self._tokens = Graph(), serving.tokens
        self._vocabulary = vocabulary
        self._hybrid = bool(dimensions.recurrent_layers)
        self._hidden = dimensions.hidden or 0
        self._head = dimensions.key_length or 0
        graph, tokens = self._graph, self._tokens
        self._ids = graph.input(tokens * _I32)
        graph.input(self._row(self._hidden))  # embeddings, for who brings his own
        self._positions = graph.input(tokens * _I32)
        rows = 1 if serving.flash else (dimensions.kv_heads or 0) * (dimensions.value_length or 0)
        self._keys_at, self._values_at = (
            graph.input(tokens * _I64),
            graph.input(tokens * rows * _I64),
        )
        mask = serving.kv_cells * tokens * (_F16 if serving.flash else _F32)
        self._mask = graph.input(mask)
        self._key_rotation = self._rotation(serving.kv_type_k, whole=True)
        self._value_rotation = self._rotation(serving.kv_type_v, whole=False)
        self._states = graph.input(serving.lanes * _I32) if self._hybrid else None
        self._wanted = graph.input(serving.outputs * _I32)

    @property
    def inputs(self) -> int:
        """Bytes of what is written before the graph is computed."""
        return self._graph.inputs

    def bytes(self) -> int:
        """Of the buffer; may be asked once."""
        layers = min(self._of.layers or 0, _ENOUGH)
        at = self._graph.expand(result(self._row(self._hidden), self._ids))
        for layer in range(layers):
            at = self._layer(at, layer, last=layer == layers - 1)
        self._graph.expand(self._logits(at))
        return self._graph.bytes()

    def _layer(self, at: Tensor, layer: int, *, last: bool) -> Tensor:
        """Mixing, then feeding forward, each added to what there was before."""
        mixed, tokens = self._mixed(at, layer), self._tokens
        if last and not self._hybrid:
            tokens = self._serving.outputs
            mixed, at = self._chosen(mixed), self._chosen(at)
        at = over(mixed, at)
        return over(self._feed_forward(self._norm(at), tokens), at)

    def _mixed(self, at: Tensor, layer: int) -> Tensor:
        """By attention, or by a recurrent layer."""
        normed = self._norm(at)
        if self._hybrid:
            self._graph.expand(normed)
        if layer in self._of.recurrent_layers and self._of.delta_net:
            return self._delta(normed, self._of.delta_net)
        return self._attention(normed, layer, gated=self._hybrid)

    def _logits(self, at: Tensor) -> Tensor:
        at = self._norm(at)
        at.kept = True
        if self._hybrid:
            at = self._chosen(at)
            at.kept = True
        logits = result(self._vocabulary * self._serving.outputs * _F32, at)
        logits.kept = True
        return logits

    def _chosen(self, tensor: Tensor) -> Tensor:
        """The rows of those tokens whose logits are wanted."""
        return result(self._hidden * self._serving.outputs * _F32, tensor, self._wanted)

    def _row(self, width: int) -> int:
        """Bytes of a vector for each token."""
        return width * self._tokens * _F32

    def _rotation(self, type: str, *, whole: bool) -> Tensor | None:
        if not type.startswith("q") or self._head % _ROTATED:
            return None
        size = _ROTATED
        while whole and self._head % (size * 2) == 0:
            size *= 2
        return self._graph.input(size * size * _F32)

    def _norm(self, tensor: Tensor) -> Tensor:
        return over(over(tensor))

    def _attention(self, tensor: Tensor, layer: int, *, gated: bool) -> Tensor:
        wide = self._row(self._head * (self._of.heads or 0))
        full = result(2 * wide if gated else wide, tensor)
        query = view(view(full), wide) if gated else view(full)
        cur = self._attended(query, *self._keys_and_values(tensor, layer))
        if gated:
            cur = over(cur, over(result(wide, view(view(full), wide))))
        return result(self._row(self._hidden), cur)

    def _keys_and_values(self, tensor: Tensor, layer: int) -> tuple[Tensor, Tensor]:
        heads = self._of.kv_heads_by_layer[layer]
        keys = result(self._row(self._head * heads), tensor)
        values = result(self._row((self._of.value_length or 0) * heads), tensor)
        return view(keys), view(values)

    def _attended(self, query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """Keys and values stored, and what the queries find in all that are."""
        graph = self._graph
        query, keys = (over(self._norm(one), self._positions) for one in (query, keys))
        if self._key_rotation:
            query, keys = (self._rotated(one, self._key_rotation) for one in (query, keys))
        if self._value_rotation:
            values = self._rotated(values, self._value_rotation)
        for made in (query, values, keys):
            graph.expand(made)
        graph.expand(store(view(keys), self._keys_at))
        graph.expand(store(view(values), self._values_at))
        cur = graph.expand(self._found(view(view(query))))
        return self._rotated(cur, self._value_rotation) if self._value_rotation else cur

    def _found(self, query: Tensor) -> Tensor:
        """Values, weighed: at once, or by way of a matrix of all queries and keys."""
        heads = self._of.heads or 0
        seen = self._row((self._of.value_length or 0) * heads)
        if self._serving.flash:
            return view(result(seen, query, self._mask))
        matrix = result(self._row(self._serving.kv_cells * heads), query)
        return result(seen, view(result(seen, over(matrix, self._mask))))

    def _rotated(self, tensor: Tensor, rotation: Tensor) -> Tensor:
        return view(result(tensor.bytes, rotation, view(tensor)))

    def _feed_forward(self, tensor: Tensor, tokens: int) -> Tensor:
        of = self._of
        if not of.experts:
            return self._gated(tensor, of.feed_forward or 0, tokens)
        mixed = self._experts(tensor, tokens)
        if not of.shared_expert_feed_forward:
            return mixed
        shared = self._gated(tensor, of.shared_expert_feed_forward, tokens)
        gate = over(result(tokens * _F32, tensor))
        return over(mixed, over(shared, gate))

    def _gated(self, tensor: Tensor, width: int, tokens: int) -> Tensor:
        size = width * tokens * _F32
        up, gate = result(size, tensor), result(size, tensor)
        return result(self._hidden * tokens * _F32, result(size, gate, up))

    def _experts(self, tensor: Tensor, tokens: int) -> Tensor:
        """Each token by the experts that its router chose, added up."""
        graph, used = self._graph, self._of.experts_used
        chosen, weights = self._routed(tensor, tokens)
        size = (self._of.expert_feed_forward or 0) * used * tokens * _F32
        cur = view(tensor)
        if self._merged:
            both = result(2 * size, cur, chosen)
            inner = result(size, view(both, size), view(both, size))
        else:
            up, gate = result(size, cur, chosen), result(size, cur, chosen)
            inner = result(size, gate, up)
        row = self._hidden * tokens * _F32
        down = graph.expand(over(result(row * used, inner, chosen), weights))
        parts = [graph.expand(view(down, row)) for _ in range(used)]
        out = parts[0]
        for part in parts[1:]:
            out = graph.expand(over(out, part))
        return out if used > 1 else result(row, out)

    def _routed(self, tensor: Tensor, tokens: int) -> tuple[Tensor, Tensor]:
        """The experts of each token, and their weights, which are one together."""
        every, used = self._of.experts * tokens, self._of.experts_used * tokens
        chances = over(result(every * _F32, tensor))
        chosen = view(result(every * _I32, chances), used * _I32)
        weights = view(result(used * _F32, view(chances), chosen))
        total = over(result(tokens * _F32, weights))
        weights = view(result(used * _F32, weights, total))
        return chosen, self._graph.expand(weights)

    def _delta(self, tensor: Tensor, net: DeltaNet) -> Tensor:
        """A layer of Gated DeltaNet."""
        graph, values = self._graph, net.inner
        mixed = view(result(self._row(self._channels(net)), tensor))
        gates = result(self._row(values), tensor)
        alpha, beta = self._fading(tensor, net)
        convolved = self._convolved(mixed, net)
        state = self._state(net.state * values)
        out = result(
            self._row(values) + state.bytes,
            *self._queries_and_keys(convolved, net),
            view(convolved, self._row(values)),
            alpha,
            beta,
            view(state),
        )
        graph.expand(store(view(out, state.bytes)))
        normed = self._norm(view(out, self._row(values)))
        return view(result(self._row(self._hidden), view(over(normed, over(view(gates))))))

    def _channels(self, net: DeltaNet) -> int:
        """Width of queries, keys and values together."""
        return 2 * net.groups * net.state + net.inner

    def _fading(self, tensor: Tensor, net: DeltaNet) -> tuple[Tensor, Tensor]:
        """How much of the state fades, and how much is written, in each head."""
        both = view(result(self._row(2 * net.ranks), tensor))
        heads = self._row(net.ranks)
        beta = over(result(heads, view(both, heads)))
        alpha = over(over(over(result(heads, view(both, heads)))))
        return view(alpha), view(beta)

    def _state(self, width: int) -> Tensor:
        """What each sequence remembers, gathered; the rest is copied on where it stands."""
        assert self._states is not None, "only hybrids have such layers"
        state = result(width * self._serving.lanes * _F32, self._states)
        self._graph.expand(state)
        self._graph.expand(store(result(0, self._states)))
        return state

    def _convolved(self, mixed: Tensor, net: DeltaNet) -> Tensor:
        kept = self._state((net.kernel - 1) * self._channels(net))
        seen = result(kept.bytes + mixed.bytes, view(kept), view(mixed))
        self._graph.expand(store(view(seen, kept.bytes)))
        return over(result(mixed.bytes, seen))

    def _queries_and_keys(self, convolved: Tensor, net: DeltaNet) -> tuple[Tensor, Tensor]:
        """Repeated, where there are more heads of values than of keys."""
        size = self._row(net.groups * net.state)
        query, key = (self._norm(view(convolved, size)) for _ in range(2))
        if net.groups == net.ranks:
            return query, key
        repeated = self._row(net.inner)
        return view(result(repeated, view(query))), view(result(repeated, view(key)))
