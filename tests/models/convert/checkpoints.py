"""Writes tiny checkpoints as transformers saves them, without torch.

    write_checkpoint(folder, CASES["qwen3moe"])

Shapes and `config.json` are stored in `tests/data/reference`, by `scripts/make_reference.py`; the
numbers of a tensor follow from its name. The vocabulary is 256 bytes, some merges and some tags.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

DATA = Path(__file__).parent.parent.parent / "data" / "reference"
PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
)
MERGES = ("t h", "th e", "i n", "e r", "Ġ the", "a n", "an d", "Ġ and")
TAGS = {"<|endoftext|>": True, "<|im_start|>": True, "<|im_end|>": True, "<think>": False}
"""Added tokens, and whether they are special."""
VOCABULARY = 288
"""More than there are tokens, as in Qwen's models."""

Numbers = NDArray[np.float32]


@dataclass(frozen=True)
class Case:
    """One checkpoint."""

    name: str
    """Also of the file in `tests/data/reference`."""
    dtype: str = "BF16"
    shards: int = 1
    runs: bool = True
    """Whether transformers computes it; it knows no prediction layers."""

    @property
    def folder(self) -> str:
        """Its name is a part of the metadata."""
        return f"tiny-{self.name}"


CASES = {
    case.name: case
    for case in (
        Case("qwen3"),
        Case("qwen3-tied", "F16"),
        Case("qwen3-yarn", "F32"),
        Case("qwen3moe", shards=3),
        Case("qwen3next", shards=2),
        Case("qwen3next-mtp", runs=False),
    )
}


def stored(case: Case) -> dict[str, Any]:
    """What `scripts/make_reference.py` stored of it."""
    about: dict[str, Any] = json.loads((DATA / f"{case.name}.json").read_text())
    return about


def write_checkpoint(
    folder: Path, case: Case, *, dtype: str = "", config: Mapping[str, Any] | None = None
) -> Path:
    """Write the checkpoint into `folder`; `config` adds to its config.json, or replaces."""
    about = stored(case)
    write_checkpoint_of(folder, case, {**about["config"], **(config or {})}, about["shapes"], dtype)
    return folder


def write_checkpoint_of(
    folder: Path, case: Case, config: Mapping[str, Any], shapes: Mapping[str, list[int]], dtype: str
) -> None:
    """The same of a config.json and shapes that are not stored yet."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "generation_config.json").write_text(json.dumps(GENERATION))
    write_tokenizer(folder)
    tensors = {name: numbers(name, shape) for name, shape in shapes.items()}
    write_tensors(folder, tensors, dtype or case.dtype, case.shards)


GENERATION = {"temperature": 0.6, "top_p": 0.95, "top_k": 20, "repetition_penalty": 1.05}


def numbers(name: str, shape: list[int]) -> Numbers:
    """A tensor's numbers: of a size at which the model says something, exact in BF16."""
    random = np.random.default_rng(crc32(name.encode()))
    plain = random.standard_normal(shape, dtype=np.float32)
    if name.endswith("norm.weight"):
        size, middle = 1 / 8, 1
    elif name.endswith("A_log"):
        size, middle = 1 / 4, -2
    else:
        size, middle = 2 * shape[-1] ** -0.5 if len(shape) > 1 else 1.0, 0
    scaled = plain * np.float32(size) + np.float32(middle)
    return (scaled.view(np.uint32) & 0xFFFF0000).view(np.float32)


def write_tensors(folder: Path, tensors: Mapping[str, Numbers], dtype: str, shards: int) -> None:
    """One file, or `shards` with an index."""
    names = sorted(tensors)
    if shards == 1:
        write_safetensors(folder / "model.safetensors", tensors, dtype)
        return
    weight_map: dict[str, str] = {}
    for shard in range(shards):
        file = f"model-{shard + 1:05}-of-{shards:05}.safetensors"
        own = names[shard::shards]
        write_safetensors(folder / file, {name: tensors[name] for name in own}, dtype)
        weight_map |= dict.fromkeys(own, file)
    index = {"metadata": {"total_size": 0}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def write_safetensors(path: Path, tensors: Mapping[str, Numbers], dtype: str) -> None:
    """https://github.com/huggingface/safetensors#format; the package knows no BF16 in NumPy."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    data = b""
    for name, tensor in sorted(tensors.items()):
        raw = encoded(tensor, dtype)
        offsets = [len(data), len(data) + len(raw)]
        header[name] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": offsets}
        data += raw
    write_parts(path, json.dumps(header).encode(), data)


def write_parts(path: Path, header: bytes, data: bytes) -> None:
    """A safetensors file of whatever it is given."""
    path.write_bytes(len(header).to_bytes(8, "little") + header + data)


def encoded(tensor: Numbers, dtype: str) -> bytes:
    """The numbers as the file has them; they must be exact in that type, or are rounded to F16."""
    match dtype:
        case "F32":
            return tensor.tobytes()
        case "F16":
            return tensor.astype(np.float16).tobytes()
        case _:
            return (tensor.view(np.uint32) >> 16).astype(np.uint16).tobytes()


def write_tokenizer(folder: Path) -> None:
    """A tokenizer in transformers' form that cuts words as Qwen's does."""
    vocabulary = {text: number for number, text in enumerate([*alphabet(), *_merged()])}
    added = [
        {
            "id": len(vocabulary) + at, "content": text, "single_word": False, "lstrip": False,
            "rstrip": False, "normalized": False, "special": special,
        }
        for at, (text, special) in enumerate(TAGS.items())
    ]  # fmt: skip
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False}
    split = {
        "type": "Split",
        "pattern": {"Regex": PATTERN},
        "behavior": "Isolated",
        "invert": False,
    }
    tokenizer = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
        "normalizer": {"type": "NFC"},
        "pre_tokenizer": {
            "type": "Sequence", "pretokenizers": [split, {**byte_level, "use_regex": False}]
        },
        "post_processor": {**byte_level, "use_regex": False},
        "decoder": {**byte_level, "use_regex": False},
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "",
            "end_of_word_suffix": "", "fuse_unk": False, "byte_fallback": False,
            "vocab": vocabulary, "merges": [merge.split(" ") for merge in MERGES],
        },
    }  # fmt: skip
    config = {
        "tokenizer_class": "Qwen2Tokenizer", "add_bos_token": False, "add_prefix_space": False,
        "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>", "bos_token": None,
        "unk_token": None, "model_max_length": 4096, "chat_template": TEMPLATE,
    }  # fmt: skip
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


def alphabet() -> list[str]:
    """The visible character of each byte, by GPT-2's rule: printable ones are themselves."""
    itself = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    return [chr(byte if byte in itself else next(others)) for byte in range(256)]


def _merged() -> list[str]:
    return [merge.replace(" ", "") for merge in MERGES]
