"""Writes the trained model as GGUF: `python export.py --from FOLDER --out FILE [--type q8_0]`.

Norms and routers stay F32. The chat template is Qwen3's.
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import tokens
import torch
from gguf import GGMLQuantizationType, GGUFWriter, LlamaFileType, TokenType
from gguf.quants import quantize
from model import Shape, joined
from numpy.typing import NDArray

TEMPLATE = Path(__file__).parents[2] / "tests" / "data" / "templates" / "qwen3.jinja"
TYPES = {
    "f32": (GGMLQuantizationType.F32, LlamaFileType.ALL_F32),
    "f16": (GGMLQuantizationType.F16, LlamaFileType.MOSTLY_F16),
    "q8_0": (GGMLQuantizationType.Q8_0, LlamaFileType.MOSTLY_Q8_0),
}
NAMES = {
    "words.own": "token_embd.weight",
    "norm.weight": "output_norm.weight",
    "attention_norm.weight": "attn_norm.weight",
    "attention.q.weight": "attn_q.weight",
    "attention.k.weight": "attn_k.weight",
    "attention.v.weight": "attn_v.weight",
    "attention.out.weight": "attn_output.weight",
    "attention.q_norm.weight": "attn_q_norm.weight",
    "attention.k_norm.weight": "attn_k_norm.weight",
    "experts_norm.weight": "ffn_norm.weight",
    "experts.router.weight": "ffn_gate_inp.weight",
    "experts.gate": "ffn_gate_exps.weight",
    "experts.up": "ffn_up_exps.weight",
    "experts.down": "ffn_down_exps.weight",
}
"""Ours, and llama.cpp's for the architecture `qwen3moe`."""


def main() -> None:
    """Parse, read, write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0] if __doc__ else "")
    parser.add_argument("--from", type=Path, required=True, dest="folder")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--type", choices=list(TYPES), default="q8_0")
    asked = parser.parse_args()
    write(asked.folder, asked.out, asked.type)
    sum = hashlib.sha256(asked.out.read_bytes()).hexdigest()
    asked.out.with_suffix(".sha256").write_text(f"{sum}  {asked.out.name}\n", encoding="ascii")
    print(f"{asked.out}: {asked.out.stat().st_size} bytes, SHA-256 {sum}")


def write(folder: Path, out: Path, type: str) -> None:
    """The model of a training folder as one file."""
    state = torch.load(folder / "state.pt", map_location="cpu")
    stored, kind = TYPES[type]
    writer = GGUFWriter(out, "qwen3moe")
    _describe(writer, Shape(**state["shape"]), kind)
    _add_tokenizer(writer, folder / "tokenizer.json")
    for name, weights in joined(state).items():
        _add(writer, _renamed(name), weights.float().numpy(), stored)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _describe(writer: GGUFWriter, shape: Shape, kind: LlamaFileType) -> None:
    writer.add_name("Cadre embedded")
    writer.add_description("Plans, chooses tools and words short reports for Cadre")
    writer.add_license("apache-2.0")
    writer.add_file_type(kind)
    writer.add_block_count(shape.layers)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_feed_forward_length(shape.expert_width * shape.active)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head)
    writer.add_value_length(shape.head)
    writer.add_layer_norm_rms_eps(shape.epsilon)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_expert_count(shape.experts)
    writer.add_expert_used_count(shape.active)
    writer.add_expert_feed_forward_length(shape.expert_width)


def _add_tokenizer(writer: GGUFWriter, path: Path) -> None:
    told = json.loads(path.read_text(encoding="utf-8"))
    numbered = dict(told["model"]["vocab"])
    numbered |= {added["content"]: added["id"] for added in told["added_tokens"]}
    texts = sorted(numbered, key=lambda text: numbered[text])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(tokens.PRE)
    writer.add_token_list(texts)
    writer.add_token_types([_type(text) for text in texts])
    writer.add_token_merges([" ".join(merge) for merge in told["model"]["merges"]])
    writer.add_eos_token_id(numbered["<|im_end|>"])
    writer.add_bos_token_id(numbered["<|endoftext|>"])
    writer.add_pad_token_id(numbered["<|endoftext|>"])
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE.read_text(encoding="utf-8"))


def _type(text: str) -> int:
    """As llama.cpp's converter does: what looks like <|this|> is control, other added ones not."""
    if text in tokens.CONTROL or (text in tokens.ADDED and "|" in text):
        return int(TokenType.CONTROL)
    return int(TokenType.USER_DEFINED if text in tokens.ADDED else TokenType.NORMAL)


def _renamed(name: str) -> str:
    first, _, rest = name.partition(".")
    if first != "layers":
        return NAMES[name]
    layer, _, rest = rest.partition(".")
    return f"blk.{layer}.{NAMES[rest]}"


def _add(
    writer: GGUFWriter, name: str, weights: NDArray[np.float32], stored: GGMLQuantizationType
) -> None:
    kept = weights.ndim < 2 or "ffn_gate_inp" in name
    kind = GGMLQuantizationType.F32 if kept else stored
    writer.add_tensor(name, quantize(weights, kind), raw_dtype=kind)


if __name__ == "__main__":
    main()
