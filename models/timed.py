"""A call with an end: closed after so many seconds, from any thread and any event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from threading import Timer

from models.errors import GenerationError
from models.pieces import AnswerText, Done, Piece, Pieces, ThinkingText


class Timed:
    """A call that is closed after so many seconds, with an error that says how far it came."""

    def __init__(self, pieces: Pieces, seconds: float, tokens: Callable[[str], int]) -> None:
        self._pieces, self._seconds, self._tokens = pieces, seconds, tokens
        self._text = ""
        self._late = self._done = False

    def __iter__(self) -> Iterator[Piece]:
        timer = Timer(self._seconds, self._expire)
        timer.daemon = True
        timer.start()
        try:
            yield from map(self._saw, self._pieces)
        finally:
            timer.cancel()
        if self._late and not self._done:
            raise self._error()

    async def __aiter__(self) -> AsyncIterator[Piece]:
        end = asyncio.get_running_loop().time() + self._seconds
        pieces = aiter(self._pieces)
        while not self._done:
            try:
                async with asyncio.timeout_at(end):
                    piece = await anext(pieces)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise self._error() from None
            yield self._saw(piece)

    def close(self) -> None:
        self._pieces.close()

    def _expire(self) -> None:
        self._late = True
        self.close()

    def _saw(self, piece: Piece) -> Piece:
        if isinstance(piece, ThinkingText | AnswerText):
            self._text += piece.text
        self._done = isinstance(piece, Done)
        return piece

    def _error(self) -> GenerationError:
        return GenerationError(
            f"the call took longer than its timeout of {self._seconds:g} s; "
            f"{self._tokens(self._text)} tokens had come",
            "raise timeout, or bound the answer with max_tokens",
        )
