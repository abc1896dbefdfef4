"""The metadata of the GGUF: sizes under llama.cpp's keys, the tokenizer, the model's own words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import gguf
from gguf import GGUFWriter

from models.convert.architecture import Architecture, DeltaNet, Experts
from models.convert.card import add_card
from models.convert.json_file import read_json
from models.convert.numbers import OutType
from models.convert.planned import Planned
from models.convert.rope import Rope
from models.convert.special import KEYS, chat_template, special_numbers
from models.convert.tokenizer import PRE, read_tokenizer

_FILE_TYPES = {OutType.F32: 0, OutType.F16: 1, OutType.BF16: 32, OutType.Q8_0: 7}
"""`llama_ftype`: what most tensors are kept in."""


def described(
    folder: Path,
    architecture: Architecture,
    tensors: Sequence[Planned],
    prediction: int,
    type: OutType,
) -> GGUFWriter:
    """A writer that has the metadata and no tensors yet; `prediction` layers follow the last."""
    writer = GGUFWriter(None, str(architecture.kind))
    writer.add_type("model")
    add_card(writer, folder, read_json(folder / "config.json"), tensors)
    _add_sizes(writer, architecture, prediction)
    if architecture.experts is not None:
        _add_experts(writer, architecture.experts)
    if architecture.delta is not None:
        _add_delta_net(writer, architecture, architecture.delta, prediction)
    _add_rope(writer, architecture.rope)
    writer.add_file_type(_FILE_TYPES[type])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    _add_tokenizer(writer, folder, architecture.vocabulary)
    return writer


def _add_sizes(writer: GGUFWriter, architecture: Architecture, prediction: int) -> None:
    writer.add_block_count(architecture.layers + prediction)
    writer.add_context_length(architecture.context)
    writer.add_embedding_length(architecture.hidden)
    writer.add_feed_forward_length(architecture.feed_forward)
    writer.add_head_count(architecture.heads)
    writer.add_head_count_kv(architecture.kv_heads)
    writer.add_layer_norm_rms_eps(architecture.epsilon)
    if architecture.head_said:
        writer.add_key_length(architecture.head)
        writer.add_value_length(architecture.head)
    if prediction:
        writer.add_nextn_predict_layers(prediction)


def _add_experts(writer: GGUFWriter, experts: Experts) -> None:
    writer.add_expert_count(experts.count)
    writer.add_expert_used_count(experts.used)
    writer.add_expert_feed_forward_length(experts.feed_forward)
    if experts.shared_feed_forward:
        writer.add_expert_shared_feed_forward_length(experts.shared_feed_forward)


def _add_delta_net(
    writer: GGUFWriter, architecture: Architecture, delta: DeltaNet, prediction: int
) -> None:
    writer.add_ssm_conv_kernel(delta.kernel)
    writer.add_ssm_state_size(delta.head)
    writer.add_ssm_group_count(delta.key_heads)
    writer.add_ssm_time_step_rank(delta.value_heads)
    writer.add_ssm_inner_size(delta.values)
    writer.add_full_attention_interval(delta.interval)
    layers = [*delta.recurrent, *[False] * prediction]
    writer.add_array(f"{architecture.kind}.attention.recurrent_layers", layers)
    rotated = architecture.rope.rotated
    part = 0.25 if rotated is None else rotated
    writer.add_rope_dimension_count(int(architecture.head * part))


def _add_rope(writer: GGUFWriter, rope: Rope) -> None:
    writer.add_rope_freq_base(rope.theta)
    if rope.scaling is None:
        return
    writer.add_rope_scaling_type(gguf.RopeScalingType(rope.scaling))
    writer.add_rope_scaling_factor(rope.factor)
    if rope.original_context is not None:
        writer.add_rope_scaling_orig_ctx_len(rope.original_context)
    for word, value in rope.more:
        getattr(writer, f"add_rope_scaling_{word}")(value)


def _add_tokenizer(writer: GGUFWriter, folder: Path, size: int) -> None:
    path = folder / "tokenizer_config.json"
    config = read_json(path) if path.exists() else {}
    tokenizer = read_tokenizer(folder, config)
    texts, types = tokenizer.tokens(size)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(PRE)
    writer.add_token_list(texts)
    writer.add_token_types(types)
    writer.add_token_merges(tokenizer.merges)
    for kind, adds in tokenizer.adds.items():
        writer.add_bool(f"tokenizer.ggml.add_{kind}_token", adds)
    model = read_json(folder / "config.json")
    for kind, number in special_numbers(tokenizer, config, model, size).items():
        writer.add_uint32(KEYS[kind], number)
    if template := chat_template(folder, config):
        writer.add_chat_template(template)
