"""Which tensors the GGUF of an architecture has, and out of which of the checkpoint's.

Names are those of llama.cpp's `src/models/qwen3*.cpp`; the order is by layer.
"""

from __future__ import annotations

from collections.abc import Iterator

from models.convert.architecture import Architecture, Kind
from models.convert.attention import attention, feed_forward
from models.convert.block import Block
from models.convert.checkpoint import Stored
from models.convert.delta_net import delta_net
from models.convert.mixture import mixture
from models.convert.planned import Planned
from models.convert.sources import Sources
from models.errors import ModelError


def plan(architecture: Architecture, stored: Stored) -> list[Planned]:
    """Every tensor of the GGUF; ModelError that names what is missing, misshapen or left over."""
    sources = Sources(stored)
    planned = list(_tensors(architecture, sources))
    sources.check_all_taken()
    return planned


def prediction_layers(architecture: Architecture, stored: Stored) -> int:
    """Layers that predict one token more, stored as `mtp.*`, which llama.cpp calls nextn."""
    if architecture.kind is not Kind.NEXT:
        return 0
    numbers = {name.split(".")[2] for name in stored if name.startswith("mtp.layers.")}
    if numbers - {"0"}:
        raise ModelError(f"it has {len(numbers)} mtp layers", "only checkpoints with one are known")
    return len(numbers)


def _tensors(architecture: Architecture, sources: Sources) -> Iterator[Planned]:
    ends = Block(architecture, sources, "", "")
    size, hidden = architecture.vocabulary, architecture.hidden
    yield ends.whole("token_embd.weight", "model.embed_tokens.weight", size, hidden)
    for layer in range(architecture.layers):
        block = Block(architecture, sources, f"model.layers.{layer}.", f"blk.{layer}.")
        delta = architecture.delta
        if delta is not None and delta.recurrent[layer]:
            yield from _layer(block, delta_net(block, delta))
        else:
            yield from _layer(block, attention(block))
    if prediction_layers(architecture, sources.stored):
        yield from _prediction(architecture, sources)
    yield ends.norm("output_norm.weight", "model.norm.weight", hidden)
    if not architecture.tied or ends.has("lm_head.weight"):
        yield ends.whole("output.weight", "lm_head.weight", size, hidden)


def _layer(block: Block, mixing: Iterator[Planned]) -> Iterator[Planned]:
    """A layer; `mixing`: the tensors of what lets tokens see each other."""
    own, after = block.architecture, "post_attention_layernorm.weight"
    yield block.norm("attn_norm.weight", "input_layernorm.weight", own.hidden)
    yield from mixing
    second = "post_attention_norm.weight" if own.kind is Kind.NEXT else "ffn_norm.weight"
    yield block.norm(second, after, own.hidden)
    yield from feed_forward(block) if own.experts is None else mixture(block, own.experts)


def _prediction(architecture: Architecture, sources: Sources) -> Iterator[Planned]:
    """The layer after the last one, and what joins it to the others."""
    hidden, number = architecture.hidden, architecture.layers
    layer = Block(architecture, sources, "mtp.layers.0.", f"blk.{number}.")
    yield from _layer(layer, attention(layer))
    ends = Block(architecture, sources, "mtp.", f"blk.{number}.nextn.")
    yield ends.whole("eh_proj.weight", "fc.weight", hidden, 2 * hidden)
    yield ends.norm("enorm.weight", "pre_fc_norm_embedding.weight", hidden)
    yield ends.norm("hnorm.weight", "pre_fc_norm_hidden.weight", hidden)
    yield ends.norm("shared_head_norm.weight", "norm.weight", hidden)
