"""The chat model of a pool: borrows an engine for each call, and gives it back at the end.

Between calls its model may go to make room for others, and is loaded again when it is asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, closing, contextmanager, suppress
from contextvars import copy_context
from time import monotonic
from typing import Any

from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk
from pydantic import PrivateAttr

from models.assembly import Assembly
from models.chat import ChatModel
from models.engine import Engine
from models.errors import GenerationError
from models.load import Load
from models.local import LocalChatModel
from models.options import Options
from models.pool.engines import Engines
from models.pool.line import Heard, Ticket
from models.pool.wanted import Wanted


class LentChatModel(LocalChatModel):
    """A model that is in memory while it is called. Many calls may be open at once."""

    _engines: Engines[Engine] = PrivateAttr()
    _wanted: Wanted = PrivateAttr()
    _heard: Heard | None = PrivateAttr()

    def __init__(
        self, engines: Engines[Engine], wanted: Wanted, heard: Heard | None = None, **kwargs: Any
    ) -> None:
        """`heard` hears the position of a call that must wait for others to give up memory."""
        ChatModel.__init__(self, **kwargs)
        self._given = None
        self._engines, self._wanted, self._heard = engines, wanted, heard

    @classmethod
    def lc_id(cls) -> list[str]:
        """It is written down as the model that it is; who reads it has no pool."""
        return LocalChatModel.lc_id()

    @property
    def _engine(self) -> Engine:
        """Its engine, which from then on stays in memory."""
        return self._engines.ask(self._wanted, pins=True).granted.result()

    @property
    def context_tokens(self) -> int:
        """Tokens that a prompt and its answer share."""
        with self._borrowed() as chat:
            return chat.context_tokens

    @property
    def load(self) -> Load:
        """How busy the model is now, and the memory of the machine where that is short."""
        kept = self._engines.find(self._wanted.path)
        waiting = self._engines.waiting(self._wanted.path)
        if kept is None:
            return Load(waiting=waiting, memory=self._engines.shortage)
        own = LocalChatModel(kept.engine, model=self.model).load
        return Load(own.waiting + waiting, max(own.memory, self._engines.shortage))

    def get_num_tokens(self, text: str) -> int:
        """Tokens of `text` in this model's own vocabulary."""
        with self._borrowed() as chat:
            return chat.get_num_tokens(text)

    def prompt_tokens(self, messages: Sequence[BaseMessage], **kwargs: Any) -> list[int]:
        """The tokens that a call with these messages and options sends to the model."""
        with self._borrowed() as chat:
            return chat.prompt_tokens(messages, **{**self._defaults(), **kwargs})

    async def _ready(self) -> None:
        """Each call waits for itself."""

    def _chunks(
        self, assembly: Assembly, messages: list[BaseMessage], options: Options
    ) -> Iterator[ChatGenerationChunk]:
        began = monotonic()
        with self._borrowed(options.timeout) as chat:
            left = _left(options, began)
            with closing(chat._chunks(assembly, messages, left)) as chunks:  # type: ignore[type-var]
                yield from chunks

    async def _achunks(
        self, assembly: Assembly, messages: list[BaseMessage], options: Options
    ) -> AsyncIterator[ChatGenerationChunk]:
        began = monotonic()
        async with self._lent(options.timeout) as chat:
            left = _left(options, began)
            async with aclosing(chat._achunks(assembly, messages, left)) as chunks:  # type: ignore[type-var]
                async for chunk in chunks:
                    yield chunk

    @contextmanager
    def _borrowed(self, seconds: float | None = None) -> Iterator[LocalChatModel]:
        ticket = self._engines.ask(self._wanted, heard=self._heard)
        try:
            yield LocalChatModel(_granted(ticket, seconds), model=self.model)
        finally:
            self._engines.leave(ticket)

    def _hearing(self) -> Heard | None:
        """Who hears positions, in the event loop of the call; a loop that is gone hears nothing."""
        if self._heard is None:
            return None
        loop, heard = asyncio.get_running_loop(), self._heard
        here = copy_context()  # LangGraph's writer looks there for its node

        def hear(position: int) -> None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(heard, position, context=here)

        return hear

    @asynccontextmanager
    async def _lent(self, seconds: float | None) -> AsyncIterator[LocalChatModel]:
        ticket = self._engines.ask(self._wanted, heard=self._hearing())
        try:
            engine = await _granted_async(ticket, seconds)
            yield LocalChatModel(engine, model=self.model)
        finally:
            self._engines.leave(ticket)


def _granted(ticket: Ticket[Engine], seconds: float | None) -> Engine:
    try:
        return ticket.granted.result(seconds)
    except TimeoutError:
        raise _late(seconds) from None


async def _granted_async(ticket: Ticket[Engine], seconds: float | None) -> Engine:
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.wrap_future(ticket.granted)
    except TimeoutError:
        raise _late(seconds) from None


def _left(options: Options, began: float) -> Options:
    """The same with what is left of its time."""
    if options.timeout is None:
        return options
    left = max(0.001, options.timeout - (monotonic() - began))
    return options.model_copy(update={"timeout": left})


def _late(seconds: float | None) -> GenerationError:
    return GenerationError(
        f"the call took longer than its timeout of {seconds:g} s while it waited for its model",
        "raise timeout, or let fewer models share the memory",
    )
