"""Files that have the shape of real models and no data: a header, and a hole as long as the data.

Dimensions are in ggml's order, the first one the fastest; numbers are those of each `config.json`.
The vocabulary is made up, with Qwen's tags at its end.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, GGUFWriter, TokenType

from tests.models.tiny import NEXT_TEMPLATE, TEMPLATE

F32, F16 = GGMLQuantizationType.F32, GGMLQuantizationType.F16
Q4_K, Q6_K = GGMLQuantizationType.Q4_K, GGMLQuantizationType.Q6_K
Tensor = tuple[tuple[int, ...], Any]  # Any: gguf has no types
Tensors = dict[str, Tensor]
WORDS = 151_936
"""Of Qwen3."""
SPECIAL = ("<|im_start|>", "<|im_end|>", "<think>", "</think>", "<tool_call>", "</tool_call>")


@dataclass(frozen=True)
class Shape:
    """A model's header."""

    architecture: str
    metadata: Mapping[str, Any]
    """What the architecture says, without its prefix."""
    tensors: Tensors
    template: str = TEMPLATE
    words: int = WORDS
    """Tokens of the vocabulary; 0: it has none."""
    merges: int = 0
    general: Mapping[str, Any] = field(default_factory=dict)

    def but(self, tensors: Mapping[str, Tensor | None]) -> "Shape":
        """With other tensors; None takes one out."""
        kept = {name: one for name, one in {**self.tensors, **tensors}.items() if one}
        return replace(self, tensors=kept)

    def saying(self, metadata: Mapping[str, Any]) -> "Shape":
        """With other metadata of the architecture; None takes it out."""
        return replace(self, metadata={**self.metadata, **metadata})


def write_shape(path: Path, shape: Shape, *, data: bool = True) -> Path:
    """Write the header; with `data` the file is as long as it has to be, though empty."""
    writer = GGUFWriter(path, shape.architecture)
    _add_metadata(writer, shape)
    _finish(writer, path, shape.tensors, data=data)
    return path


def write_parts(folder: Path, shape: Shape, count: int, **said: int) -> list[Path]:
    """Write the model as llama.cpp splits it; `said` is what the files say instead."""
    names = list(shape.tensors)
    each = -(-len(names) // count)
    paths = [folder / f"model-{at + 1:05}-of-{count:05}.gguf" for at in range(count)]
    for at, path in enumerate(paths):
        writer = GGUFWriter(path, shape.architecture)
        if at == 0:
            _add_metadata(writer, shape)
        else:
            del writer.kv_data[0]["general.architecture"]
        writer.add_uint16("split.no", at)
        writer.add_uint16("split.count", said.get("files", count))
        writer.add_int32("split.tensors.count", said.get("tensors", len(names)))
        mine = {name: shape.tensors[name] for name in names[at * each : (at + 1) * each]}
        _finish(writer, path, mine, data=True)
    return paths


def _add_metadata(writer: GGUFWriter, shape: Shape) -> None:
    for key, value in shape.metadata.items():
        if value is not None:
            _add(writer, f"{shape.architecture}.{key}", value)
    for key, value in shape.general.items():
        _add(writer, key, value)
    _add_words(writer, shape)


def _finish(writer: GGUFWriter, path: Path, tensors: Tensors, *, data: bool) -> None:
    size = 0
    for name, (dimensions, type) in tensors.items():
        octets = size_of(dimensions, type)
        writer.add_tensor_info(name, dimensions[::-1], np.dtype(np.float32), octets, type)
        size += -(-octets // 32) * 32
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    if data:
        start = -(-path.stat().st_size // 32) * 32
        with path.open("r+b") as file:
            file.truncate(start + size)


def size_of(dimensions: tuple[int, ...], type: Any) -> int:
    elements, octets = GGML_QUANT_SIZES[type]
    return int(prod(dimensions) // elements * octets)


def _add(writer: GGUFWriter, key: str, value: Any) -> None:
    match value:
        case str():
            writer.add_string(key, value)
        case float():
            writer.add_float32(key, value)
        case list():
            writer.add_array(key, value)
        case _:
            writer.add_uint32(key, value)


def _add_words(writer: GGUFWriter, shape: Shape) -> None:
    if shape.words:
        plain = [f"word{number}" for number in range(shape.words - len(SPECIAL))]
        types = [TokenType.NORMAL] * len(plain) + [TokenType.CONTROL] * len(SPECIAL)
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("qwen2")
        writer.add_token_list([*plain, *SPECIAL])
        writer.add_token_types([int(type) for type in types])
        writer.add_eos_token_id(len(plain) + SPECIAL.index("<|im_end|>"))
    if shape.merges:
        writer.add_token_merges([f"wo {number:040}" for number in range(shape.merges)])
    if shape.template:
        writer.add_chat_template(shape.template)


def qwen3_30b_a3b(words: int = WORDS) -> Shape:
    """As https://huggingface.co/Qwen/Qwen3-30B-A3B, experts in Q4_K, down in Q6_K."""
    hidden, experts, width = 2048, 128, 768
    tensors: Tensors = {
        "token_embd.weight": ((hidden, words), Q4_K),
        "output_norm.weight": ((hidden,), F32),
        "output.weight": ((hidden, words), Q6_K),
    }
    for layer in range(48):
        of = f"blk.{layer}.".__add__
        tensors |= _attention(of, hidden, heads=32, kv_heads=4, head=128)
        tensors |= {
            of("ffn_norm.weight"): ((hidden,), F32),
            of("ffn_gate_inp.weight"): ((hidden, experts), F32),
            of("ffn_gate_exps.weight"): ((hidden, width, experts), Q4_K),
            of("ffn_up_exps.weight"): ((hidden, width, experts), Q4_K),
            of("ffn_down_exps.weight"): ((width, hidden, experts), Q6_K),
        }
    metadata = {
        **_numbers(48, hidden, 6144, heads=32, kv_heads=4, head=128),
        "expert_count": experts,
        "expert_used_count": 8,
        "expert_feed_forward_length": width,
    }
    general = {"general.name": "Qwen3 30B A3B", "general.file_type": 15}
    return Shape("qwen3moe", metadata, tensors, words=words, general=general)


def qwen3_06b(words: int = WORDS) -> Shape:
    """As https://huggingface.co/Qwen/Qwen3-0.6B, in F16; its output is its embeddings."""
    hidden, width = 1024, 3072
    tensors: Tensors = {
        "token_embd.weight": ((hidden, words), F16),
        "output_norm.weight": ((hidden,), F32),
    }
    for layer in range(28):
        of = f"blk.{layer}.".__add__
        tensors |= _attention(of, hidden, heads=16, kv_heads=8, head=128, type=F16)
        tensors |= {
            of("ffn_norm.weight"): ((hidden,), F32),
            of("ffn_gate.weight"): ((hidden, width), F16),
            of("ffn_up.weight"): ((hidden, width), F16),
            of("ffn_down.weight"): ((width, hidden), F16),
        }
    metadata = _numbers(28, hidden, width, heads=16, kv_heads=8, head=128)
    return Shape("qwen3", metadata, tensors, words=words)


def qwen3_next_80b_a3b(words: int = WORDS) -> Shape:
    """As https://huggingface.co/Qwen/Qwen3-Next-80B-A3B-Instruct, matrices in Q4_K."""
    hidden, experts, width, keys, values = 2048, 512, 512, 16 * 128, 32 * 128
    tensors: Tensors = {
        "token_embd.weight": ((hidden, words), Q4_K),
        "output_norm.weight": ((hidden,), F32),
        "output.weight": ((hidden, words), Q6_K),
    }
    for layer in range(48):
        of = f"blk.{layer}.".__add__
        if layer % 4 == 3:
            tensors |= _attention(of, hidden, heads=16, kv_heads=2, head=256, gated=True)
        else:
            tensors |= {
                of("attn_norm.weight"): ((hidden,), F32),
                of("attn_qkv.weight"): ((hidden, 2 * keys + values), Q4_K),
                of("attn_gate.weight"): ((hidden, values), Q4_K),
                of("ssm_conv1d.weight"): ((4, 2 * keys + values), F32),
                of("ssm_ba.weight"): ((hidden, 64), Q4_K),
                of("ssm_dt.bias"): ((32,), F32),
                of("ssm_a"): ((32,), F32),
                of("ssm_norm.weight"): ((128,), F32),
                of("ssm_out.weight"): ((values, hidden), Q4_K),
            }
        tensors |= {
            of("post_attention_norm.weight"): ((hidden,), F32),
            of("ffn_gate_inp.weight"): ((hidden, experts), F32),
            of("ffn_gate_exps.weight"): ((hidden, width, experts), Q4_K),
            of("ffn_up_exps.weight"): ((hidden, width, experts), Q4_K),
            of("ffn_down_exps.weight"): ((width, hidden, experts), Q4_K),
            of("ffn_gate_inp_shexp.weight"): ((hidden,), F32),
            of("ffn_gate_shexp.weight"): ((hidden, width), Q4_K),
            of("ffn_up_shexp.weight"): ((hidden, width), Q4_K),
            of("ffn_down_shexp.weight"): ((width, hidden), Q4_K),
        }
    metadata = {
        **_numbers(48, hidden, 5120, heads=16, kv_heads=2, head=256),
        "expert_count": experts,
        "expert_used_count": 10,
        "expert_feed_forward_length": width,
        "expert_shared_feed_forward_length": width,
        "full_attention_interval": 4,
        "rope.dimension_count": 64,
        "ssm.conv_kernel": 4,
        "ssm.inner_size": values,
        "ssm.state_size": 128,
        "ssm.group_count": 16,
        "ssm.time_step_rank": 32,
    }
    return Shape("qwen3next", metadata, tensors, template=NEXT_TEMPLATE, words=words)


def _numbers(
    layers: int, hidden: int, width: int, *, heads: int, kv_heads: int, head: int
) -> dict[str, Any]:
    return {
        "block_count": layers,
        "context_length": 40960,
        "embedding_length": hidden,
        "feed_forward_length": width,
        "attention.head_count": heads,
        "attention.head_count_kv": kv_heads,
        "attention.key_length": head,
        "attention.value_length": head,
        "attention.layer_norm_rms_epsilon": 1e-6,
    }


def _attention(
    of: Any,
    hidden: int,
    *,
    heads: int,
    kv_heads: int,
    head: int,
    gated: bool = False,
    type: Any = Q4_K,
) -> Tensors:
    return {
        of("attn_norm.weight"): ((hidden,), F32),
        of("attn_q.weight"): ((hidden, heads * head * (2 if gated else 1)), type),
        of("attn_k.weight"): ((hidden, kv_heads * head), type),
        of("attn_v.weight"): ((hidden, kv_heads * head), type),
        of("attn_output.weight"): ((heads * head, hidden), type),
        of("attn_q_norm.weight"): ((head,), F32),
        of("attn_k_norm.weight"): ((head,), F32),
    }
