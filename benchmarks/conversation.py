"""A conversation with a model that thinks: what its fifth turn computes again.

A count, not a time. The model says what it is told to, so that every turn thinks and answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from langchain_core.messages import BaseMessage, HumanMessage

from benchmarks.bench import Bench
from benchmarks.claim import Asked, Claim
from models.local import LocalChatModel
from models.usage import Usage
from tests.models.tiny import write_tiny

TURNS = 5
QUESTION = "And what do the tests of part {} say about the release that we planned for today?"
THOUGHT = ("Let", " me", " see", " what", " they", " want", " from", " us", " now")
ANSWER = ("Hello", " world", " of", " tests")


def claims(bench: Bench) -> Iterator[Claim]:
    """One claim: tokens prefilled, against those that follow the last answer in the prompt."""
    with TemporaryDirectory() as folder:
        model = write_tiny(Path(folder) / "thinks.gguf", follow=_said())
        with replace(bench, model=model).engine(parallel=1) as engine:
            chat = LocalChatModel(engine, model="thinks")
            prefilled, new = _converse(chat)
    work = f"turn {TURNS} of a conversation with thinking, tokens prefilled"
    yield Claim(work, "the new message", (prefilled,), (new,), "tokens", Asked(most=1.0))


def _converse(chat: LocalChatModel) -> tuple[int, int]:
    """Tokens that the last turn prefilled, and those that were new in it."""
    messages: list[BaseMessage] = []
    known = prefilled = 0
    for turn in range(TURNS):
        messages.append(HumanMessage(QUESTION.format(turn)))
        new = len(chat.prompt_tokens(messages, thinking=True)) - known
        answer = chat.invoke(messages, thinking=True, temperature=0)
        usage = Usage.model_validate(answer.response_metadata["usage"])
        if usage.thinking_tokens != len(THOUGHT) or answer.text != "".join(ANSWER):
            raise RuntimeError(f"turn {turn} did not think and answer as it was told")
        messages.append(answer)
        prefilled = usage.prompt_tokens - usage.reused_tokens
        known = usage.prompt_tokens + chat.get_num_tokens(answer.text)
    return prefilled, new


def _said() -> dict[str, str]:
    """What follows each token."""
    thought = pairwise(("<think>", *THOUGHT, "</think>"))
    answer = pairwise(("\n\n", *ANSWER, "<|im_end|>"))
    return {"\n": "<think>", **dict(thought), **dict(answer), "": "!"}
