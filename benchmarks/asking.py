"""Requests to an engine, all at once, read by one event loop as Cadre itself reads them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from models.engine import Engine
from models.llama import Token
from models.pieces import Done
from models.request import Request
from models.sampling import Sampling
from models.stream import Stream
from models.usage import Usage

GREEDY = Sampling(temperature=0, top_p=1, top_k=0, min_p=0)


def request(prompt: tuple[Token, ...], *, tokens: int, keep: tuple[int, ...] = ()) -> Request:
    """Go on from `prompt` for so many tokens, the likeliest each."""
    return Request(prompt=prompt, sampling=GREEDY, max_tokens=tokens, keep=keep)


def ask(engine: Engine, requests: Sequence[Request], *, whole: bool = True) -> list[Usage]:
    """Submit all, wait for all; if `whole`, RuntimeError where one ends before its `max_tokens`."""
    answers = asyncio.run(_all(engine, requests))
    for one, usage in zip(requests, answers, strict=True):
        if whole and usage.answer_tokens != one.max_tokens:
            came = f"{usage.answer_tokens} of {one.max_tokens}"
            raise RuntimeError(f"an answer ended after {came} tokens: it needs another prompt")
    return answers


async def _all(engine: Engine, requests: Sequence[Request]) -> list[Usage]:
    return await asyncio.gather(*[read(engine.submit(request)) for request in requests])


async def read(stream: Stream) -> Usage:
    """Wait for everything that the stream brings; what it cost."""
    async for piece in stream:
        if isinstance(piece, Done):
            return piece.usage
    raise RuntimeError("a stream ended without its last piece")


def decode_rate(usage: Usage) -> float:
    """Tokens a second after the first."""
    return (usage.answer_tokens - 1) / (usage.seconds - usage.first_token_seconds)
