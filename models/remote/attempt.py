"""One try of a call, at one address."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import httpx
from langchain_core.messages import BaseMessage

from models.errors import ModelError
from models.options import Options
from models.pieces import Piece
from models.remote.asking import Asking
from models.remote.body import body_of
from models.remote.broken import broke_off, broken, late
from models.remote.manner import Manner
from models.remote.place import Place
from models.remote.reading import Reading
from models.remote.refusals import Asked, model_at
from models.remote.trouble import Again, Trouble

_AFTER_THE_END = 5.0
"""Seconds that a server has for its counts, once it has said why it ended."""


@dataclass(frozen=True)
class Work:
    """What is asked of whichever server."""

    messages: Sequence[BaseMessage]
    options: Options
    seed: int


class Attempt:
    """Reads one answer; every failure is a `Trouble`."""

    def __init__(self, work: Work, place: Place, asked: Asked, client: httpx.AsyncClient) -> None:
        self._work, self._place, self._asked = work, place, asked
        self._asking = Asking(client, asked)
        self._reading: Reading | None = None

    async def run(self, hand: Callable[[Piece], None]) -> None:
        """Hand on pieces as they come, and at the end the rest, the calls and the end itself."""
        patience = self._asked.endpoint.patience
        try:
            async with asyncio.timeout(patience.first_token) as clock:
                await self._read(hand, clock)
        except Trouble:
            self._place.answered = True  # although not as it should
            raise
        except TimeoutError:
            if not self._whole:
                raise late(self._asked, begun=self._reading is not None) from None
        except httpx.HTTPError as error:
            if not self._whole:
                raise broken(error, self._asked, answered=self._place.answered) from error
        if self._reading is None or not self._whole:
            raise broke_off(self._asked)
        for piece in self._reading.close():
            hand(piece)

    @property
    def _whole(self) -> bool:
        return self._reading is not None and self._reading.whole

    async def _read(self, hand: Callable[[Piece], None], clock: asyncio.Timeout) -> None:
        model = await self._model()
        manner = self._place.manner(model)
        work, loop = self._work, asyncio.get_running_loop()
        body = body_of(work.messages, work.options, model, manner, work.seed)
        reading = Reading(work.options, manner)
        async with aclosing(self._chunks(body, manner)) as chunks:
            async for chunk in chunks:
                self._reading = reading
                for piece in reading.feed(chunk):
                    hand(piece)
                if reading.stopped:
                    return
                left = _AFTER_THE_END if reading.whole else self._asked.endpoint.patience.next_token
                clock.reschedule(loop.time() + left)

    async def _chunks(
        self, body: dict[str, Any], manner: Manner
    ) -> AsyncGenerator[dict[str, Any], None]:
        try:
            async with aclosing(self._asking.chunks(body)) as chunks:
                async for chunk in chunks:
                    self._place.recover()
                    yield chunk
        except Trouble as trouble:
            if trouble.said and manner.refuses(trouble.said):
                trouble.again = Again.OTHERWISE
            raise

    async def _model(self) -> str:
        """The model's name there; a Trouble where the server has it not, or has several."""
        if self._place.names is None:
            self._place.names = await self._asking.names()
            self._place.answered = True
        try:
            return model_at(self._asked, self._place.names)
        except ModelError as error:
            self._place.names = None  # it may be served later
            raise Trouble(error) from None
