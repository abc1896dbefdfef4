"""Holds llama.cpp's logits against PyTorch's: `python logits.py --from FOLDER --model F32.gguf`.

The model must have been exported as F32. Prints the largest difference over real prompts.
"""

import argparse
from pathlib import Path

import numpy as np
import tokens
import torch
from dataset import texts
from llama_cpp import Llama
from model import Qwen3Moe, Shape, joined

PROMPTS = 24
F32 = 0
"""ggml's number of the type: keys and values are kept as exact as the weights."""


def main() -> None:
    """Parse, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0] if __doc__ else "")
    parser.add_argument("--from", type=Path, required=True, dest="folder")
    parser.add_argument("--model", type=Path, required=True)
    asked = parser.parse_args()
    print(f"largest difference: {largest(asked.folder, asked.model):.2e}")


def largest(folder: Path, file: Path) -> float:
    """Over every position of some examples' prompts and answers."""
    state = torch.load(folder / "state.pt", map_location="cpu")
    model = Qwen3Moe(Shape(**state["shape"])).eval()
    model.load_state_dict(joined(state))
    tokenizer = tokens.load(folder / "tokenizer.json")
    exact = {"flash_attn": False, "type_k": F32, "type_v": F32}
    llama = Llama(str(file), n_ctx=1024, logits_all=True, verbose=False, **exact)
    worst = 0.0
    for pair in texts(seed=3, first=0, count=PROMPTS, plans=0.0):
        numbers = tokenizer.encode("".join(pair), add_special_tokens=False).ids[:1000]
        with torch.no_grad():
            table = model.words.table()
            hidden, _, _ = model(torch.tensor([numbers]), table)
            wanted = (hidden[0] @ table.T).numpy()
        llama.reset()
        llama.eval(numbers)
        found = np.array(llama.scores[: len(numbers)])
        worst = max(worst, float(np.abs(found - wanted).max()))
    return worst


if __name__ == "__main__":
    main()
