"""Writes tiny Qwen3 and Qwen3-MoE models with Qwen's true vocabulary, for tests through llama.cpp.

    write_tiny(path)                                  random weights
    write_tiny(path, experts=4)                       the same as a mixture of experts
    write_tiny(path, follow={"\\n": "<think>", ...})   a model that says what it is told to

With `follow`, attention and feed-forward are zero, so that the next token depends on the last one
alone; the entry "" answers for every token that has none.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from gguf import GGUFWriter
from numpy.typing import NDArray

from tests.models import qwen_vocabulary as vocabulary

Weights = NDArray[np.float32]

_TEMPLATES = Path(__file__).parent.parent / "data" / "templates"
TEMPLATE = (_TEMPLATES / "qwen3.jinja").read_text(encoding="utf-8")
NEXT_TEMPLATE = (_TEMPLATES / "qwen3-instruct-2507.jinja").read_text(encoding="utf-8")
WIDTH = 32
_LAYERS, _HEADS, _HEAD = 2, 2, 16


def write_tiny(
    path: Path,
    *,
    experts: int = 0,
    follow: Mapping[str, str] | None = None,
    context: int = 4096,
    seed: int = 0,
    template: str = TEMPLATE,
    exact: bool = False,
) -> Path:
    """Write the model to `path` and return it; `exact` keeps all of it F32, at twice the size."""
    architecture = "qwen3moe" if experts else "qwen3"
    writer = GGUFWriter(path, architecture)
    _add_metadata(writer, experts, context, template)
    weights = random_weights(experts, seed)
    weights |= _following(follow, experts) if follow else {}
    # Vectors must be F32; the two large matrices as F16 keep the file at 20 MB.
    finish(writer, weights, halved=() if exact else ("token_embd.weight", "output.weight"))
    return path


def finish(writer: GGUFWriter, tensors: Mapping[str, Weights], halved: Sequence[str] = ()) -> None:
    """Add the tensors, those in `halved` as F16, and write the file."""
    for name, tensor in tensors.items():
        writer.add_tensor(name, tensor.astype(np.float16) if name in halved else tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def add_vocabulary(writer: GGUFWriter) -> None:
    """Qwen's tokenizer, tokens and merges."""
    texts, types = vocabulary.tokens()
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(texts)
    writer.add_token_types(types)
    writer.add_token_merges(vocabulary.merges())
    writer.add_eos_token_id(vocabulary.SPECIAL["<|im_end|>"])
    writer.add_bos_token_id(vocabulary.SPECIAL["<|endoftext|>"])
    writer.add_pad_token_id(vocabulary.SPECIAL["<|endoftext|>"])
    writer.add_add_bos_token(False)


def _add_metadata(writer: GGUFWriter, experts: int, context: int, template: str) -> None:
    writer.add_block_count(_LAYERS)
    writer.add_context_length(context)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(2 * WIDTH)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(1)
    writer.add_key_length(_HEAD)
    writer.add_value_length(_HEAD)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(1e6)
    if experts:
        writer.add_expert_count(experts)
        writer.add_expert_used_count(2)
        writer.add_expert_feed_forward_length(2 * WIDTH)
    add_vocabulary(writer)
    if template:
        writer.add_chat_template(template)


def random_weights(experts: int = 0, seed: int = 0) -> dict[str, Weights]:
    """The random weights, by name, before `follow` replaces some."""
    random = np.random.default_rng(seed)

    def normal(*shape: int) -> Weights:
        return random.standard_normal(shape, dtype=np.float32) / np.float32(WIDTH**0.5)

    def ones(size: int) -> Weights:
        return np.ones(size, np.float32)

    tensors = {
        "token_embd.weight": normal(vocabulary.SIZE, WIDTH),
        "output.weight": normal(vocabulary.SIZE, WIDTH),
        "output_norm.weight": ones(WIDTH),
    }
    for layer in range(_LAYERS):
        of = f"blk.{layer}.".__add__
        tensors |= {
            of("attn_norm.weight"): ones(WIDTH),
            of("attn_q.weight"): normal(_HEADS * _HEAD, WIDTH),
            of("attn_k.weight"): normal(_HEAD, WIDTH),
            of("attn_v.weight"): normal(_HEAD, WIDTH),
            of("attn_output.weight"): normal(WIDTH, _HEADS * _HEAD),
            of("attn_q_norm.weight"): ones(_HEAD),
            of("attn_k_norm.weight"): ones(_HEAD),
            of("ffn_norm.weight"): ones(WIDTH),
        }
        if experts:
            tensors |= {
                of("ffn_gate_inp.weight"): normal(experts, WIDTH),
                of("ffn_gate_exps.weight"): normal(experts, 2 * WIDTH, WIDTH),
                of("ffn_up_exps.weight"): normal(experts, 2 * WIDTH, WIDTH),
                of("ffn_down_exps.weight"): normal(experts, WIDTH, 2 * WIDTH),
            }
        else:
            tensors |= {
                of("ffn_gate.weight"): normal(2 * WIDTH, WIDTH),
                of("ffn_up.weight"): normal(2 * WIDTH, WIDTH),
                of("ffn_down.weight"): normal(WIDTH, 2 * WIDTH),
            }
    return tensors


def _following(follow: Mapping[str, str], experts: int) -> dict[str, Weights]:
    """Embeddings that are one unit vector a state, and an output that reads them."""
    assert len(follow) < WIDTH, "one dimension a state"
    embeddings = np.zeros((vocabulary.SIZE, WIDTH), np.float32)
    output = np.zeros((vocabulary.SIZE, WIDTH), np.float32)
    embeddings[:, 0] = 1.0
    for state, (last, following) in enumerate(follow.items(), start=1):
        if last:
            embeddings[vocabulary.ids()[last]] = np.eye(WIDTH)[state]
        output[vocabulary.ids()[following], state if last else 0] = 8.0
    down = (experts, WIDTH, 2 * WIDTH) if experts else (WIDTH, 2 * WIDTH)
    zero = {
        f"blk.{layer}.{name}.weight": shape
        for layer in range(_LAYERS)
        for name, shape in {
            "attn_output": np.zeros((WIDTH, _HEADS * _HEAD), np.float32),
            "ffn_down_exps" if experts else "ffn_down": np.zeros(down, np.float32),
        }.items()
    }
    return {"token_embd.weight": embeddings, "output.weight": output, **zero}
