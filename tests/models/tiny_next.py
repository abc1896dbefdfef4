"""Writes a tiny Qwen3-Next: three layers of Gated DeltaNet and one of attention, all with experts.

    write_tiny_next(path)

The hybrid memory of such a model is a KV cache and a recurrent state. Names, shapes and keys are
those that llama.cpp's `src/models/qwen3next.cpp` reads. All weights are F32, for exactness.
"""

from pathlib import Path

import numpy as np
from gguf import GGUFWriter

from tests.models import qwen_vocabulary as vocabulary
from tests.models.tiny import NEXT_TEMPLATE, WIDTH, Weights, add_vocabulary, finish

LAYERS, EXPERTS, EXPERTS_USED = 4, 4, 2
_INTERVAL = 4
"""Every fourth layer is attention."""
_HEADS, _HEAD = 2, 16
_KEY_HEADS, _VALUE_HEADS, _STATE, _KERNEL = 2, 4, 16, 4
"""Of the DeltaNet: keys are shared by two heads of values, and the convolution sees four tokens."""
_KEYS, _VALUES = _KEY_HEADS * _STATE, _VALUE_HEADS * _STATE


def write_tiny_next(path: Path, *, context: int = 4096, seed: int = 0) -> Path:
    """Write the model, with random weights, to `path` and return it."""
    writer = GGUFWriter(path, "qwen3next")
    _add_metadata(writer, context)
    _add_delta_metadata(writer)
    add_vocabulary(writer)
    writer.add_chat_template(NEXT_TEMPLATE)
    finish(writer, _tensors(np.random.default_rng(seed)))
    return path


def _add_metadata(writer: GGUFWriter, context: int) -> None:
    writer.add_block_count(LAYERS)
    writer.add_context_length(context)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(2 * WIDTH)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(1)
    writer.add_key_length(_HEAD)
    writer.add_value_length(_HEAD)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(1e7)
    writer.add_rope_dimension_count(_HEAD // 4)
    writer.add_expert_count(EXPERTS)
    writer.add_expert_used_count(EXPERTS_USED)
    writer.add_expert_feed_forward_length(WIDTH)
    writer.add_expert_shared_feed_forward_length(WIDTH)


def _add_delta_metadata(writer: GGUFWriter) -> None:
    writer.add_full_attention_interval(_INTERVAL)
    writer.add_ssm_conv_kernel(_KERNEL)
    writer.add_ssm_state_size(_STATE)
    writer.add_ssm_group_count(_KEY_HEADS)
    writer.add_ssm_time_step_rank(_VALUE_HEADS)
    writer.add_ssm_inner_size(_VALUES)


def _tensors(random: np.random.Generator) -> dict[str, Weights]:
    tensors = {
        "token_embd.weight": _normal(random, vocabulary.SIZE, WIDTH),
        "output.weight": _normal(random, vocabulary.SIZE, WIDTH),
        "output_norm.weight": _ones(WIDTH),
    }
    for layer in range(LAYERS):
        mixing = _delta_net if (layer + 1) % _INTERVAL else _attention
        parts = {**_norms(), **mixing(random), **_experts(random)}
        tensors |= {f"blk.{layer}.{name}": tensor for name, tensor in parts.items()}
    return tensors


def _norms() -> dict[str, Weights]:
    return {"attn_norm.weight": _ones(WIDTH), "post_attention_norm.weight": _ones(WIDTH)}


def _attention(random: np.random.Generator) -> dict[str, Weights]:
    return {
        # Each head's query is followed by the gate of its output.
        "attn_q.weight": _normal(random, _HEADS * 2 * _HEAD, WIDTH),
        "attn_k.weight": _normal(random, _HEAD, WIDTH),
        "attn_v.weight": _normal(random, _HEAD, WIDTH),
        "attn_output.weight": _normal(random, WIDTH, _HEADS * _HEAD),
        "attn_q_norm.weight": _ones(_HEAD),
        "attn_k_norm.weight": _ones(_HEAD),
    }


def _delta_net(random: np.random.Generator) -> dict[str, Weights]:
    return {
        "attn_qkv.weight": _normal(random, 2 * _KEYS + _VALUES, WIDTH),
        "attn_gate.weight": _normal(random, _VALUES, WIDTH),
        "ssm_conv1d.weight": _normal(random, 2 * _KEYS + _VALUES, _KERNEL),
        "ssm_ba.weight": _normal(random, 2 * _VALUE_HEADS, WIDTH),
        "ssm_dt.bias": np.zeros(_VALUE_HEADS, np.float32),
        # Negative, as -exp(A_log): the state fades by a few percent a token.
        "ssm_a": -np.geomspace(0.02, 0.2, _VALUE_HEADS, dtype=np.float32),
        "ssm_norm.weight": _ones(_STATE),
        "ssm_out.weight": _normal(random, WIDTH, _VALUES),
    }


def _experts(random: np.random.Generator) -> dict[str, Weights]:
    return {
        "ffn_gate_inp.weight": _normal(random, EXPERTS, WIDTH),
        "ffn_gate_exps.weight": _normal(random, EXPERTS, WIDTH, WIDTH),
        "ffn_up_exps.weight": _normal(random, EXPERTS, WIDTH, WIDTH),
        "ffn_down_exps.weight": _normal(random, EXPERTS, WIDTH, WIDTH),
        "ffn_gate_inp_shexp.weight": _normal(random, WIDTH),
        "ffn_gate_shexp.weight": _normal(random, WIDTH, WIDTH),
        "ffn_up_shexp.weight": _normal(random, WIDTH, WIDTH),
        "ffn_down_shexp.weight": _normal(random, WIDTH, WIDTH),
    }


def _normal(random: np.random.Generator, *shape: int) -> Weights:
    """Of unit variance after a product with as many terms as the last dimension has."""
    return random.standard_normal(shape, dtype=np.float32) / np.float32(shape[-1] ** 0.5)


def _ones(size: int) -> Weights:
    return np.ones(size, np.float32)
