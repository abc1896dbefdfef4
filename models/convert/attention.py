"""Attention, and the feed-forward network of a dense model."""

from __future__ import annotations

from collections.abc import Iterator

from models.convert.architecture import Kind
from models.convert.block import Block
from models.convert.planned import Planned


def attention(block: Block) -> Iterator[Planned]:
    """Queries, keys, values, their norms and the output."""
    own = block.architecture
    queries, keys = own.heads * own.head, own.kv_heads * own.head
    # Each head's query is followed by the gate of its output, in Qwen3-Next.
    asked = 2 * queries if own.kind is Kind.NEXT else queries
    yield block.whole("attn_q.weight", "self_attn.q_proj.weight", asked, own.hidden)
    yield block.whole("attn_k.weight", "self_attn.k_proj.weight", keys, own.hidden)
    yield block.whole("attn_v.weight", "self_attn.v_proj.weight", keys, own.hidden)
    yield block.norm("attn_q_norm.weight", "self_attn.q_norm.weight", own.head)
    yield block.norm("attn_k_norm.weight", "self_attn.k_norm.weight", own.head)
    yield block.whole("attn_output.weight", "self_attn.o_proj.weight", own.hidden, queries)


def feed_forward(block: Block) -> Iterator[Planned]:
    """The network of a layer without experts."""
    hidden, width = block.architecture.hidden, block.architecture.feed_forward
    yield block.whole("ffn_gate.weight", "mlp.gate_proj.weight", width, hidden)
    yield block.whole("ffn_up.weight", "mlp.up_proj.weight", width, hidden)
    yield block.whole("ffn_down.weight", "mlp.down_proj.weight", hidden, width)
