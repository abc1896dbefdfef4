"""Which tensors a model of Qwen's third generation has, and of which shape.

Names and shapes are those that llama.cpp's `src/models/qwen3.cpp`, `qwen3moe.cpp` and
`qwen3next.cpp` create; the first dimension is the one that a product sums over.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass

from models.inspection.dimensions import DeltaNet, Dimensions

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Dimensions of which none is missing."""

    layers: int
    hidden: int
    vocabulary: int
    heads: int
    kv_heads: int
    key: int
    value: int
    feed_forward: int
    experts: int
    expert: int
    shared: int
    recurrent: tuple[int, ...]
    net: DeltaNet | None


@dataclass(frozen=True, slots=True)
class Expected:
    """One tensor."""

    shape: Shape
    required: bool = True
    f32: bool = False
    """Every converter writes it as F32."""


Tensors = dict[str, Expected]
Layer = Callable[[Sizes, int, Container[str]], Tensors]


def sizes_of(dimensions: Dimensions, vocabulary: int, *, mixture: bool) -> Sizes | None:
    """The dimensions; None where one is missing that the shapes need."""
    d = dimensions
    width = d.expert_feed_forward if mixture else d.feed_forward
    if not (d.layers and d.hidden and d.heads and d.kv_heads and d.key_length and d.value_length):
        return None
    if not (width and vocabulary) or (mixture and not d.experts):
        return None
    return Sizes(
        layers=d.layers,
        hidden=d.hidden,
        vocabulary=vocabulary,
        heads=d.heads,
        kv_heads=d.kv_heads,
        key=d.key_length,
        value=d.value_length,
        feed_forward=d.feed_forward or width,
        experts=d.experts,
        expert=width,
        shared=d.shared_expert_feed_forward or d.feed_forward or width,
        recurrent=d.recurrent_layers,
        net=d.delta_net,
    )


def expected_tensors(architecture: str, sizes: Sizes, present: Container[str]) -> Tensors:
    """Every tensor by its name. `present`: of what can be laid out in two ways, the file's own."""
    tensors = _ends(sizes)
    for layer in range(sizes.layers):
        prefix = f"blk.{layer}."
        inside = _Within(present, prefix)
        for part in LAYERS[architecture]:
            tensors |= {prefix + name: one for name, one in part(sizes, layer, inside).items()}
    return tensors


@dataclass(frozen=True, slots=True)
class _Within:
    """The names of one layer."""

    names: Container[str]
    prefix: str

    def __contains__(self, name: object) -> bool:
        return f"{self.prefix}{name}" in self.names


def _ends(s: Sizes) -> Tensors:
    words = (s.hidden, s.vocabulary)
    return {
        "token_embd.weight": Expected(words),
        "output.weight": Expected(words, required=False),
        "output_norm.weight": Expected((s.hidden,), f32=True),
    }


def _attention(s: Sizes, layer: int, present: Container[str]) -> Tensors:
    return {
        "attn_norm.weight": Expected((s.hidden,), f32=True),
        **_projections(s, s.heads * s.key, present),
        "attn_output.weight": Expected((s.heads * s.key, s.hidden)),
        "attn_q_norm.weight": Expected((s.key,), f32=True),
        "attn_k_norm.weight": Expected((s.key,), f32=True),
    }


def _projections(s: Sizes, queries: int, present: Container[str]) -> Tensors:
    widths = {"q": queries, "k": s.kv_heads * s.key, "v": s.kv_heads * s.value}
    biases = {f"attn_{k}.bias": Expected((n,), required=False) for k, n in widths.items()}
    if "attn_qkv.weight" in present:
        together = sum(widths.values())
        bias = {"attn_qkv.bias": Expected((together,), required=False)}
        return {"attn_qkv.weight": Expected((s.hidden, together)), **bias, **biases}
    return {f"attn_{k}.weight": Expected((s.hidden, n)) for k, n in widths.items()} | biases


def _mixing(s: Sizes, layer: int, present: Container[str]) -> Tensors:
    """Qwen3-Next: a DeltaNet in most layers, gated attention in the others."""
    norms = {
        name: Expected((s.hidden,), f32=True)
        for name in ("attn_norm.weight", "post_attention_norm.weight")
    }
    if layer in s.recurrent:
        return norms | (_delta_net(s, s.net, present) if s.net else {})
    # Each head's query is followed by the gate of its output.
    gated = _projections(s, 2 * s.heads * s.key, present)
    return norms | _attention(s, layer, present) | gated


def _delta_net(s: Sizes, net: DeltaNet, present: Container[str]) -> Tensors:
    keys, values = net.groups * net.state, net.ranks * net.state
    if "ssm_in.weight" in present:
        inputs = {"ssm_in.weight": Expected((s.hidden, 2 * keys + 2 * values))}
    else:
        inputs = {
            "attn_qkv.weight": Expected((s.hidden, 2 * keys + values)),
            "attn_gate.weight": Expected((s.hidden, values)),
        }
    return inputs | {
        "ssm_conv1d.weight": Expected((net.kernel, 2 * keys + values), f32=True),
        "ssm_ba.weight": Expected((s.hidden, 2 * net.ranks)),
        "ssm_dt.bias": Expected((net.ranks,), f32=True),
        "ssm_a": Expected((net.ranks,), f32=True),
        "ssm_norm.weight": Expected((net.state,), f32=True),
        "ssm_out.weight": Expected((values, s.hidden)),
    }


def _norm(s: Sizes, layer: int, present: Container[str]) -> Tensors:
    return {"ffn_norm.weight": Expected((s.hidden,), f32=True)}


def _dense(s: Sizes, layer: int, present: Container[str]) -> Tensors:
    return {
        "ffn_gate.weight": Expected((s.hidden, s.feed_forward)),
        "ffn_up.weight": Expected((s.hidden, s.feed_forward)),
        "ffn_down.weight": Expected((s.feed_forward, s.hidden)),
    }


def _experts(s: Sizes, layer: int, present: Container[str]) -> Tensors:
    return {
        "ffn_gate_inp.weight": Expected((s.hidden, s.experts), f32=True),
        "ffn_gate_exps.weight": Expected((s.hidden, s.expert, s.experts)),
        "ffn_up_exps.weight": Expected((s.hidden, s.expert, s.experts)),
        "ffn_down_exps.weight": Expected((s.expert, s.hidden, s.experts)),
    }


def _fused_experts(s: Sizes, layer: int, present: Container[str]) -> Tensors:
    """Gate and up may lie in one tensor, the gates first."""
    tensors = _experts(s, layer, present)
    if "ffn_gate_up_exps.weight" in present:
        del tensors["ffn_gate_exps.weight"], tensors["ffn_up_exps.weight"]
        tensors["ffn_gate_up_exps.weight"] = Expected((s.hidden, 2 * s.expert, s.experts))
    return tensors


def _shared(s: Sizes, layer: int, present: Container[str]) -> Tensors:
    return {
        "ffn_gate_inp_shexp.weight": Expected((s.hidden,)),
        "ffn_gate_shexp.weight": Expected((s.hidden, s.shared)),
        "ffn_up_shexp.weight": Expected((s.hidden, s.shared)),
        "ffn_down_shexp.weight": Expected((s.shared, s.hidden)),
    }


LAYERS: Mapping[str, tuple[Layer, ...]] = {
    "qwen3": (_attention, _norm, _dense),
    "qwen3moe": (_attention, _norm, _experts),
    "qwen3next": (_mixing, _fused_experts, _shared),
}
"""What a layer is made of."""
