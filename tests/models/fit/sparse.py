"""Writes headers of models of any size, with nothing behind them: the data is a hole in the file.

    write_sparse(path, Shape(layers=48, hidden=2048, experts=128))

llama.cpp loads such a file as any other; a dry load does not even read the hole. Names and shapes
are those of Qwen3, Qwen3-MoE and Qwen3-Next. There is no tokenizer.
"""

from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter
from gguf.constants import GGML_QUANT_SIZES

_F32 = GGMLQuantizationType.F32
_INTERVAL = 4
"""Every fourth layer of a hybrid is attention."""
Sizes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Shape:
    """The numbers of a model; those of DeltaNet make it a hybrid."""

    layers: int = 3
    hidden: int = 512
    feed_forward: int = 1536
    heads: int = 8
    kv_heads: int = 2
    head: int = 64
    vocabulary: int = 32768
    experts: int = 0
    used: int = 4
    expert_width: int = 256
    shared: int = 0
    state: int = 0
    groups: int = 4
    ranks: int = 8
    tied: bool = False
    context: int = 40960
    type: GGMLQuantizationType = GGMLQuantizationType.Q8_0

    @property
    def architecture(self) -> str:
        if self.state:
            return "qwen3next"
        return "qwen3moe" if self.experts else "qwen3"


def write_sparse(path: Path, shape: Shape) -> Path:
    """Write it and return the path."""
    writer = GGUFWriter(path, shape.architecture)
    _add_metadata(writer, shape)
    size = 0
    for name, dimensions in _tensors(shape).items():
        matrix = len(dimensions) > 1 and not name.endswith(("conv1d.weight", "gate_inp.weight"))
        type = shape.type if matrix else _F32
        elements, block = GGML_QUANT_SIZES[type]
        octets = prod(dimensions) // elements * block
        writer.add_tensor_info(name, dimensions, np.dtype(np.float32), octets, raw_dtype=type)
        size += -(-octets // 32) * 32
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    start = -(-path.stat().st_size // 32) * 32
    with path.open("r+b") as file:
        file.truncate(start + size)
    return path


def _add_metadata(writer: GGUFWriter, shape: Shape) -> None:
    writer.add_tokenizer_model("no_vocab")
    writer.add_vocab_size(shape.vocabulary)
    writer.add_block_count(shape.layers)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.hidden)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head)
    writer.add_value_length(shape.head)
    writer.add_layer_norm_rms_eps(1e-6)
    if shape.experts:
        writer.add_expert_count(shape.experts)
        writer.add_expert_used_count(shape.used)
        writer.add_expert_feed_forward_length(shape.expert_width)
    if shape.shared:
        writer.add_expert_shared_feed_forward_length(shape.shared)
    if shape.state:
        writer.add_rope_dimension_count(shape.head // 4)
        writer.add_full_attention_interval(_INTERVAL)
        writer.add_ssm_conv_kernel(4)
        writer.add_ssm_state_size(shape.state)
        writer.add_ssm_group_count(shape.groups)
        writer.add_ssm_time_step_rank(shape.ranks)
        writer.add_ssm_inner_size(shape.ranks * shape.state)


def _tensors(shape: Shape) -> Sizes:
    """By name, the slowest dimension first."""
    words = (shape.vocabulary, shape.hidden)
    tensors: Sizes = {"token_embd.weight": words, "output_norm.weight": (shape.hidden,)}
    if not shape.tied:
        tensors["output.weight"] = words
    for layer in range(shape.layers):
        recurrent = shape.state and (layer + 1) % _INTERVAL
        mixing = _delta_net(shape) if recurrent else _attention(shape)
        for name, size in (mixing | _fed(shape)).items():
            tensors[f"blk.{layer}.{name}"] = size
    return tensors


def _attention(shape: Shape) -> Sizes:
    wide, narrow = shape.heads * shape.head, shape.kv_heads * shape.head
    return {
        "attn_q.weight": (wide * (2 if shape.state else 1), shape.hidden),
        "attn_k.weight": (narrow, shape.hidden),
        "attn_v.weight": (narrow, shape.hidden),
        "attn_output.weight": (shape.hidden, wide),
        "attn_q_norm.weight": (shape.head,),
        "attn_k_norm.weight": (shape.head,),
    }


def _delta_net(shape: Shape) -> Sizes:
    keys, values = shape.groups * shape.state, shape.ranks * shape.state
    return {
        "attn_qkv.weight": (2 * keys + values, shape.hidden),
        "attn_gate.weight": (values, shape.hidden),
        "ssm_conv1d.weight": (2 * keys + values, 4),
        "ssm_ba.weight": (2 * shape.ranks, shape.hidden),
        "ssm_dt.bias": (shape.ranks,),
        "ssm_a": (shape.ranks,),
        "ssm_norm.weight": (shape.state,),
        "ssm_out.weight": (shape.hidden, values),
    }


def _fed(shape: Shape) -> Sizes:
    after = "post_attention_norm.weight" if shape.state else "ffn_norm.weight"
    sizes: Sizes = {"attn_norm.weight": (shape.hidden,), after: (shape.hidden,)}
    if not shape.experts:
        return sizes | _gated("", (), shape.feed_forward, shape.hidden)
    sizes["ffn_gate_inp.weight"] = (shape.experts, shape.hidden)
    sizes |= _gated("_exps", (shape.experts,), shape.expert_width, shape.hidden)
    if shape.shared:
        sizes["ffn_gate_inp_shexp.weight"] = (shape.hidden,)
        sizes |= _gated("_shexp", (), shape.shared, shape.hidden)
    return sizes


def _gated(suffix: str, stack: tuple[int, ...], width: int, hidden: int) -> Sizes:
    return {
        f"ffn_gate{suffix}.weight": (*stack, width, hidden),
        f"ffn_up{suffix}.weight": (*stack, width, hidden),
        f"ffn_down{suffix}.weight": (*stack, hidden, width),
    }
