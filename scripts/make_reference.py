"""Makes tests/data/reference: what llama.cpp's converter and transformers make of tiny checkpoints.

    python -m scripts.make_reference LLAMA_CPP [CASE ...]

LLAMA_CPP is llama.cpp's source tree, as the source archive of llama-cpp-python has it in
`vendor/llama.cpp`. Needs torch, transformers, sentencepiece and the group `dev`. For each case it

1. lets transformers make and save a model of the case's configuration, for names and shapes;
2. fills it with the numbers of `tests.models.convert.checkpoints`, loads that, saves it again, and
   makes sure that what transformers saves now is what the tests write, byte for byte;
3. runs `convert_hf_to_gguf.py` on it, for each type, and stores every tensor's SHA-256 and all
   metadata;
4. computes logits and the experts of each layer and token in F32, and stores them.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from transformers import (
    AutoModelForCausalLM,
    PreTrainedConfig,
    Qwen3Config,
    Qwen3MoeConfig,
    Qwen3NextConfig,
)

from tests.models.convert.checkpoints import CASES, DATA, VOCABULARY, Case, write_checkpoint_of
from tests.models.convert.gguf_contents import contents

TYPES = ("f32", "f16", "bf16", "q8_0")
TOKENS = 24

SIZES: dict[str, Any] = {
    "vocab_size": VOCABULARY, "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 3,
    "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 32,
    "max_position_embeddings": 4096, "eos_token_id": 266, "bos_token_id": 264,
}  # fmt: skip
ROPE = {"rope_type": "default", "rope_theta": 1e6}
YARN = {"rope_type": "yarn", "rope_theta": 1e6, "factor": 4.0, "beta_fast": 32.0, "beta_slow": 1.0,
        "original_max_position_embeddings": 1024}  # fmt: skip
EXPERTS: dict[str, Any] = {
    # Rows of 48 numbers are no whole blocks: Q8_0 falls back to F16.
    "num_experts": 8, "num_experts_per_tok": 3, "moe_intermediate_size": 48, "norm_topk_prob": True,
}  # fmt: skip
NEXT: dict[str, Any] = {
    "num_hidden_layers": 4, "linear_num_key_heads": 2, "linear_num_value_heads": 4,
    "linear_key_head_dim": 32, "linear_value_head_dim": 32, "linear_conv_kernel_dim": 4,
    "shared_expert_intermediate_size": 64,
}  # fmt: skip

_PATCHED = """
import sys
_, llama_cpp, types, checkpoint, out, *options = sys.argv
sys.path.insert(0, llama_cpp)
from conversion.base import TextModel
TextModel.get_vocab_base_pre = lambda self, tokenizer: "qwen2"
import convert_hf_to_gguf
for type in types.split():
    argv = ["--outtype", type, "--outfile", f"{out}/{type}.gguf"]
    sys.argv = ["convert_hf_to_gguf.py", checkpoint, *argv, *options]
    convert_hf_to_gguf.main()
"""
"""The converter knows vocabularies by their hash, and not our small one."""


def configuration(case: Case) -> PreTrainedConfig:
    """transformers' configuration of a case."""
    rope: dict[str, Any] = {"rope_parameters": dict(YARN if "yarn" in case.name else ROPE)}
    if case.name.startswith("qwen3next"):
        rope["rope_parameters"]["partial_rotary_factor"] = 0.25
        return Qwen3NextConfig(**{**SIZES, **EXPERTS, **NEXT, **rope})
    if case.name.startswith("qwen3moe"):
        return Qwen3MoeConfig(**SIZES, **EXPERTS, **rope)
    return Qwen3Config(**SIZES, **rope, tie_word_embeddings="tied" in case.name)


def shapes_in(folder: Path) -> dict[str, list[int]]:
    """Names and shapes of all saved tensors."""
    shapes: dict[str, list[int]] = {}
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, "pt") as file:
            shapes |= {name: list(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    return dict(sorted(shapes.items()))


def with_prediction(shapes: dict[str, list[int]]) -> dict[str, list[int]]:
    """With a layer that predicts one token more, as the published Qwen3-Next has it."""
    hidden = SIZES["hidden_size"]
    layer = {name: shape for name, shape in shapes.items() if name.startswith("model.layers.3.")}
    more = {name.replace("model.layers.3.", "mtp.layers.0."): s for name, s in layer.items()}
    names = ("norm", "pre_fc_norm_embedding", "pre_fc_norm_hidden")
    norms = {f"mtp.{name}.weight": [hidden] for name in names}
    return {**shapes, **more, **norms, "mtp.fc.weight": [hidden, 2 * hidden]}


def equal(left: Path, right: Path) -> bool:
    """Whether two folders hold the same tensors, bit for bit."""
    return _bits(left) == _bits(right)


def _bits(folder: Path) -> dict[str, tuple[str, bytes]]:
    bits = {}
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, "pt") as file:
            for name in file.keys():  # noqa: SIM118
                tensor = file.get_tensor(name)
                bits[name] = (str(tensor.dtype), tensor.view(torch.uint8).numpy().tobytes())
    return bits


def converted(llama_cpp: Path, checkpoint: Path, out: Path, *options: str) -> None:
    """Let llama.cpp's converter write a GGUF of each type into the folder `out`."""
    argv = [llama_cpp, " ".join(TYPES), checkpoint, out, *options]
    subprocess.run(
        [sys.executable, "-c", _PATCHED, *map(str, argv)],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
    )


def computed(model: Any) -> dict[str, np.ndarray]:
    """Tokens, their logits, and the experts by layer and token, best first."""
    tokens = np.random.default_rng(7).integers(0, 264, TOKENS)
    chosen: list[np.ndarray] = []

    def notice(_: object, __: object, output: Any) -> None:
        chosen.append(output[2].numpy().astype(np.int16))

    for layer in model.model.layers:
        if hasattr(layer.mlp, "gate"):
            layer.mlp.gate.register_forward_hook(notice)
    with torch.inference_mode():
        logits = model(torch.tensor(tokens)[None]).logits[0].numpy()
    found = {"tokens": tokens.astype(np.int32), "logits": logits}
    return {**found, "experts": np.stack(chosen)} if chosen else found


def make(case: Case, llama_cpp: Path, work: Path) -> None:
    """Everything that is stored of one case."""
    torch.manual_seed(0)
    plain = AutoModelForCausalLM.from_config(configuration(case))  # type: ignore[no-untyped-call]
    plain.save_pretrained(work / "first")
    shapes = shapes_in(work / "first")
    config = json.loads((work / "first" / "config.json").read_text())
    config["dtype"] = {"BF16": "bfloat16", "F16": "float16", "F32": "float32"}[case.dtype]
    if not case.runs:
        shapes = with_prediction(shapes)
    checkpoint = work / case.folder
    write_checkpoint_of(checkpoint, case, config, shapes, "")
    if case.runs:
        model = AutoModelForCausalLM.from_pretrained(checkpoint, dtype=config["dtype"])
        model.save_pretrained(work / "again", max_shard_size="100KB" if case.shards > 1 else "5GB")
        assert equal(checkpoint, work / "again"), "transformers saves something else"
        exact = AutoModelForCausalLM.from_pretrained(
            checkpoint, dtype=torch.float32, attn_implementation="eager"
        )
        found: dict[str, Any] = computed(exact.eval())  # type: ignore[no-untyped-call]  # theirs
        np.savez_compressed(DATA / f"{case.name}.npz", **found)
    options = ["--no-mtp"] if case.name == "qwen3next" else []
    about: dict[str, Any] = {"config": config, "shapes": shapes, "converted": {}}
    converted(llama_cpp, checkpoint, work, *options)
    for type in TYPES:
        metadata, tensors = contents(work / f"{type}.gguf")
        metadata.pop("general.file_type")  # the one that the type decides
        about["metadata"] = metadata
        about["converted"][type] = tensors
    text = json.dumps(about, indent=None, separators=(",", ":"), sort_keys=True)
    (DATA / f"{case.name}.json").write_text(text + "\n")


def main() -> int:
    """Make the cases that are named, or all."""
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    DATA.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:] or CASES:
        with tempfile.TemporaryDirectory() as work:
            make(CASES[name], Path(sys.argv[1]), Path(work))
        print(name, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
