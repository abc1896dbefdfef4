"""The tags of ChatML and of Qwen's templates, as segments that become control tokens."""

from __future__ import annotations

import re

from models.families.family import ThinkTags
from models.vocabulary import Segment

START, END = Segment("<|im_start|>", special=True), Segment("<|im_end|>", special=True)
CALL, CALL_END = Segment("<tool_call>", special=True), Segment("</tool_call>", special=True)
ANSWER = Segment("<tool_response>", special=True)
ANSWER_END = Segment("</tool_response>", special=True)
THINK, THINK_END = Segment("<think>", special=True), Segment("</think>", special=True)

QWEN_THINKS = ThinkTags(
    open=THINK.text,
    close=THINK_END.text,
    after="\n\n",
    closing="\n\nConsidering the limited time by the user, I have to give the solution based on "
    "the thinking directly now.\n",
)
"""The closing sentence is the one of the Qwen3 technical report (arXiv 2505.09388, section 4.3)."""
EMPTY_BLOCK = (THINK, Segment("\n\n"), THINK_END, Segment("\n\n"))
"""Stands before an answer for which nothing was thought."""

_TAGS = re.compile("(" + "|".join(map(re.escape, (CALL.text, CALL_END.text))) + ")")


def instruction(text: str) -> tuple[Segment, ...]:
    """A template's own words about tool calls, in which the tags are tags."""
    parts = _TAGS.split(text)
    return tuple(Segment(part, special=at % 2 == 1) for at, part in enumerate(parts) if part)
