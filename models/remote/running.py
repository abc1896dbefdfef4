"""A call that runs on the wire, read as `Pieces` from anywhere."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future

from models.pieces import Piece
from models.remote.attempt import Work
from models.remote.call import Call
from models.remote.endpoint import Endpoint
from models.remote.wire import wire
from models.stream import Stream


class Running:
    """Begins at once. Closing it ends the request."""

    def __init__(self, endpoint: Endpoint, work: Work) -> None:
        self._stream = Stream()
        call, line = Call(endpoint, work, self._publish), wire()
        self._future = line.start(call.run(line))
        self._future.add_done_callback(self._ended)

    def __iter__(self) -> Iterator[Piece]:
        return iter(self._stream)

    def __aiter__(self) -> AsyncIterator[Piece]:
        return aiter(self._stream)

    def close(self) -> None:
        """After the end it changes nothing."""
        self._stream.close()
        self._future.cancel()

    def _publish(self, piece: Piece) -> None:
        self._stream.publish(piece)
        if self._stream.cancelled:
            raise CancelledError  # nobody reads any more

    def _ended(self, future: Future[None]) -> None:
        if future.cancelled():
            self._stream.close()
        elif (error := future.exception()) is not None:
            self._stream.fail(error)
