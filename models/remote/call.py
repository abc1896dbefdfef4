"""One call with its tries: at the least busy server, and again after a failure."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from time import perf_counter

from models.errors import CadreError
from models.pieces import Done, Piece
from models.remote.attempt import Attempt, Work
from models.remote.endpoint import Endpoint
from models.remote.key import Key
from models.remote.place import Place, choose
from models.remote.reading import delayed
from models.remote.refusals import Asked
from models.remote.repeated import Repeated
from models.remote.trouble import Again, Trouble
from models.remote.wire import Wire

_logger = logging.getLogger("cadre.remote")


class Call:
    """One call; `run` it on the wire."""

    def __init__(self, endpoint: Endpoint, work: Work, publish: Callable[[Piece], None]) -> None:
        """A ModelError where the key is missing. `publish` hears every piece."""
        self._endpoint, self._work, self._publish = endpoint, work, publish
        self._key = Key(endpoint)
        self._began = self._begun = perf_counter()
        self._repeated = Repeated()
        self._failures = 0

    async def run(self, wire: Wire) -> None:
        """Publish the whole answer; a CadreError where no try succeeds."""
        places = [wire.place(url) for url in self._endpoint.urls]
        while True:
            place = choose(places)
            asked = Asked(place.url, self._endpoint, self._key)
            place.take()
            self._begun = perf_counter()
            try:
                return await Attempt(self._work, place, asked, wire.client).run(self._hand)
            except Trouble as trouble:
                wait = self._wait(trouble, place, places)
                _logger.info("%s; asking again in %.1f s", trouble.error.message, wait)
            finally:
                place.open -= 1
            self._repeated.again()
            await asyncio.sleep(wait)

    def _hand(self, piece: Piece) -> None:
        for fresh in self._repeated.fresh(piece):
            waited = self._begun - self._began
            self._publish(delayed(fresh, waited) if isinstance(fresh, Done) else fresh)

    def _wait(self, trouble: Trouble, place: Place, places: Sequence[Place]) -> float:
        """Seconds until the next try; raises the error where there is to be none."""
        if trouble.again is Again.OTHERWISE:
            return 0.0
        if trouble.again is Again.NEVER:
            raise trouble.error
        self._failures += 1
        patience = self._endpoint.patience
        place.fail(max(patience.left_out, trouble.wait or 0.0))
        if self._failures >= self._tries(trouble, places):
            raise _told(trouble.error, self._failures)
        if any(not other.left_out for other in places):
            return 0.0
        if trouble.wait is not None and trouble.wait > patience.longest_asked:
            raise _told(trouble.error, self._failures)
        return patience.pause(self._failures, trouble.wait)

    def _tries(self, trouble: Trouble, places: Sequence[Place]) -> int:
        """How often the servers are asked in all."""
        patience = self._endpoint.patience
        if trouble.again is Again.ELSEWHERE:
            return len(places)
        answered = any(place.answered for place in places)
        return max(len(places), patience.tries if answered else patience.first_tries)


def _told(error: CadreError, tries: int) -> CadreError:
    """The error of the last try, with their number."""
    if tries == 1:
        return error
    return type(error)(f"{error.message} (asked {tries} times)", error.hint)
