"""An example as the text that the model reads and the text that it must write: Qwen3's template.

The same letters as `models.families.qwen3` makes of the same messages; a test holds the two equal.
"""

from collections.abc import Sequence
from itertools import groupby

from generator.example import Example, Said

ENDS = "<|im_end|>"
EMPTY = "<think>\n\n</think>\n\n"


def prompt(messages: Sequence[Said], *, thinking: bool) -> str:
    """Up to where the model begins to write."""
    turns = [_turn(kind, list(said)) for kind, said in groupby(messages, lambda said: said.role)]
    return "".join(turns) + "<|im_start|>assistant\n" + ("" if thinking else EMPTY)


def completion(example: Example, *, thinking: bool) -> str:
    """What the model must write, with the token that ends it."""
    thought = f"<think>\n{example.thinking}\n</think>\n\n" if thinking else ""
    return f"{thought}{example.answer}{ENDS}"


def _turn(kind: str, said: Sequence[Said]) -> str:
    if kind == "tool":
        told = "\n".join(f"<tool_response>\n{s.content}\n</tool_response>" for s in said)
        return f"<|im_start|>user\n{told}{ENDS}\n"
    return "".join(f"<|im_start|>{kind}\n{s.content}{ENDS}\n" for s in said)
