"""The model's tokenizer: a byte-level BPE with Qwen's special tokens by name.

Its merges come in two parts. The first is learnt from text that is cut as Qwen cuts it, so that its
tokens are words and parts of words. The second joins what stands between words in plans and calls,
such as `", "goal": "`, into one token each: what says nothing should cost nothing. llama.cpp knows
a cut that leaves room for such tokens as `superbpe` (it parts digits alone).
"""

import json
from collections.abc import Iterable
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer
from tokenizers.decoders import ByteLevel as Bytes
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel, PreTokenizer, Sequence, Split
from tokenizers.trainers import BpeTrainer

WORDS = 7936
"""Tokens that are learnt from text, the 256 bytes among them."""
CONTROL = (
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>",
    "<|box_start|>", "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>",
    "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>",
)  # fmt: skip
ADDED = (
    "<tool_call>", "</tool_call>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>",
    "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>", "<tool_response>", "</tool_response>",
    "<think>", "</think>",
)  # fmt: skip
SPECIAL = (*CONTROL, *ADDED)
"""In Qwen3's order; their numbers are the last ones of this vocabulary."""
QWEN_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""Qwen2's (tokenizer.json of Qwen/Qwen3-8B)."""
DIGITS_SPLIT = r"\p{N}{1,3}(?=(?:\p{N}{3})*(?!\p{N}))"
"""What llama.cpp's `superbpe` comes to."""
PRE = "superbpe"
ROLES = ("development", "testing", "ci_cd", "github", "documentation")
TOOLS = (
    "read_file", "list_files", "search", "edit_file", "write_file", "run", "run_tests",
    "apply_patch", "outline", "find_symbol", "lint", "git_diff", "tests_for", "read_log",
    "git_status", "git_log", "git_blame", "conflicts", "changelog", "commit_style", "git_commit",
    "git_branch", "git_tag", "github_issues", "github_pulls", "github_runs", "open_pull_request",
    "github_comment",
)  # fmt: skip
JOINED = (
    *ROLES, *TOOLS,
    "system\nplan", "system\nreview", "system\nreport", "system\ntalk", "system\n", "user\n",
    "assistant\n", "Repository: ", "\nRequest: ", "\nTask: ", "Survey:\n", "\ntools: ", "\nDone:\n",
    "\nFindings: ", "\nOpen questions:\n", "\nEarlier:\n",
    '{"tasks": [{"id": "t', '{"tasks": []}', '", "role": "', '", "goal": "',
    '", "needs": [], "complexity": "', '", "needs": ["t', '"], "complexity": "', '", "t',
    '"}, {"id": "t', '"}]}', '{"accept": true, "reason": "', '{"accept": false, "reason": "',
    '", "tasks": []}', '", "tasks": [{"id": "n', '\n{"name": "', '", "arguments": {"',
    '", "arguments": {', '": "', '", "', '"}}\n', 'path": "', 'pattern": "', 'old": "', 'new": "',
    "] ok\n~~~~ data from ", "\n~~~~ end of data", "] exit code ", "\n~~~~ data from ",
    "container files", "workflows",
)  # fmt: skip
"""What becomes one token each."""
DECISIVE = (
    *ROLES, *TOOLS, "<tool_call>", '{"tasks": []}', '{"tasks": [{"id": "t', '"}]}',
    '"}, {"id": "t', '{"accept": true, "reason": "', '{"accept": false, "reason": "',
)  # fmt: skip
"""Tokens by which the model decides something; the rest follows from them."""
BELT, CALLED = "\ntools: ", '\n{"name": "'
"""Before a specialist's tools, and before the one that it calls."""
PLANS = ('{"tasks": []}', '{"tasks": [{"id": "t')
"""How plans begin."""


def trained(texts: Iterable[str]) -> Tokenizer:
    """A tokenizer that has learnt these texts."""
    learner = _cut(Tokenizer(BPE()), QWEN_SPLIT)
    trainer = BpeTrainer(
        vocab_size=WORDS, initial_alphabet=ByteLevel.alphabet(), show_progress=False
    )
    learner.train_from_iterator(texts, trainer)
    told = json.loads(learner.to_str())["model"]
    vocabulary, merges = dict(told["vocab"]), [tuple(merge) for merge in told["merges"]]
    for text in JOINED:
        parts = _plain(vocabulary, merges).encode(text).tokens
        while len(parts) > 1:
            left, right, *rest = parts
            merges.append((left, right))
            vocabulary.setdefault(left + right, len(vocabulary))
            parts = [left + right, *rest]
    tokenizer = _plain(vocabulary, merges)
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in SPECIAL])
    return tokenizer


def load(path: Path) -> Tokenizer:
    """The tokenizer of that file."""
    return Tokenizer.from_file(str(path))


def decisive(tokenizer: Tokenizer) -> list[int]:
    """The numbers of the tokens by which something is decided."""
    encoded = (tokenizer.encode(text, add_special_tokens=False).ids for text in DECISIVE)
    return sorted({numbers[0] for numbers in encoded if len(numbers) == 1})


def number(tokenizer: Tokenizer, text: str) -> int:
    """The number of a text that is one token."""
    [found] = tokenizer.encode(text, add_special_tokens=False).ids
    return int(found)


def _plain(vocabulary: dict[str, int], merges: list[tuple[str, str]]) -> Tokenizer:
    return _cut(Tokenizer(BPE(vocab=vocabulary, merges=merges)), DIGITS_SPLIT)


def _cut(tokenizer: Tokenizer, pattern: str) -> Tokenizer:
    parts: list[PreTokenizer] = [
        Split(Regex(pattern), "isolated"),
        ByteLevel(add_prefix_space=False, use_regex=False),
    ]
    tokenizer.pre_tokenizer = Sequence(parts)
    tokenizer.decoder = Bytes()
    return tokenizer
