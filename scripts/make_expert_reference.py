"""Writes tests/data/experts/qwen3moe.json: the experts that transformers chooses for a few texts.

    python -m scripts.make_expert_reference

It needs torch, which the tests do not: they hold the counts that Cadre takes out of llama.cpp
against what stands in the file. The model is the tiny one of the tests, weight for weight.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from transformers import Qwen3MoeConfig, Qwen3MoeForCausalLM

from tests.models.qwen_vocabulary import SIZE
from tests.models.tiny import WIDTH, random_weights

EXPERTS, USED, ANSWER = 16, 2, 12
CLOSE = 3e-4
"""Experts whose weights differ by less may change places with the rounding."""
TOKENS = (
    [785, 15301, 4641, 10934, 25, 1045, 10706, 10706],
    list(range(1000, 1040)),
    [9707],
    [(7919 * n + 10) % 150_000 for n in range(100)],
)
"""Prompts as tokens; the vocabulary is Qwen's."""
FILE = Path(__file__).parent.parent / "tests" / "data" / "experts" / "qwen3moe.json"
_NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate_inp": "mlp.gate",
    "ffn_down_exps": "mlp.experts.down_proj",
}
_WHOLE = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output.weight": "lm_head.weight",
    "output_norm.weight": "model.norm.weight",
}


def main() -> None:
    """Build the model, ask it, write what it chose."""
    model = _model()
    cases = [_case(model, prompt) for prompt in TOKENS]
    written = {"experts": EXPERTS, "used": USED, "cases": cases}
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(json.dumps(written, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{FILE}: {len(cases)} cases, {FILE.stat().st_size:,} bytes")


def _model() -> Any:  # Any: torch is not there for the checker
    config = Qwen3MoeConfig(
        vocab_size=SIZE,
        hidden_size=WIDTH,
        intermediate_size=2 * WIDTH,
        moe_intermediate_size=2 * WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=16,  # type: ignore[call-arg]  # taken, and not declared
        num_experts=EXPERTS,
        num_experts_per_tok=USED,
        norm_topk_prob=True,
        rms_norm_eps=1e-6,
        rope_parameters={"rope_type": "default", "rope_theta": 1e6},
        tie_word_embeddings=False,
        decoder_sparse_step=1,
        max_position_embeddings=4096,
    )
    model: Any = Qwen3MoeForCausalLM(config)
    model.float().eval()
    model.load_state_dict(_state())
    return model


def _state() -> dict[str, Any]:  # Any: torch's tensors
    """The test model's weights under the names that transformers has for them."""
    weights = {name: torch.from_numpy(array) for name, array in random_weights(EXPERTS).items()}
    state = {}
    for name, tensor in weights.items():
        if whole := _WHOLE.get(name):
            state[whole] = tensor
            continue
        _, layer, kind, _ = name.split(".")
        of = f"model.layers.{layer}."
        if kind == "ffn_gate_exps":
            both = torch.cat([tensor, weights[f"blk.{layer}.ffn_up_exps.weight"]], dim=1)
            state[f"{of}mlp.experts.gate_up_proj"] = both
        elif kind in _NAMES:
            end = "" if kind == "ffn_down_exps" else ".weight"
            state[f"{of}{_NAMES[kind]}{end}"] = tensor
    return state


def _case(model: Any, prompt: list[int]) -> dict[str, object]:  # Any: as above
    """The likeliest answer, and the experts of each layer and token of the prompt and the answer,
    first the one with the largest weight. The answer's last token is not computed."""
    tokens = list(prompt)
    with torch.no_grad():
        for _ in range(ANSWER):
            logits = model(torch.tensor([tokens])).logits[0, -1]
            best, next_best = logits.topk(2).values.tolist()
            if best - next_best < 1e-3:
                raise RuntimeError("two tokens are nearly alike: choose another prompt")
            tokens.append(int(logits.argmax()))
        routed = model(torch.tensor([tokens[:-1]]), output_router_logits=True).router_logits
    chosen = []
    for layer in routed:
        top = layer.float().softmax(-1).topk(USED + 1)
        if (top.values[:, USED - 1] - top.values[:, USED]).min() < CLOSE:
            raise RuntimeError("two experts are nearly alike: choose another prompt")
        chosen.append(top.indices[:, :USED].tolist())
    return {"prompt": prompt, "answer": tokens[len(prompt) :], "chosen": chosen}


if __name__ == "__main__":
    main()
