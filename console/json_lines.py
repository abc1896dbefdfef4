"""`--json`: one object a line on stdout, published events only, `reported` or `failed` at the end.

ASCII escapes are used throughout: a file name that is no UTF-8 still makes valid JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from graphs.events import Event, Failed, Published, Reported


class JsonLines:
    """A Watch that prints JSON; raises BrokenPipeError when nobody reads any more."""

    def __init__(self) -> None:
        self._seq = 0
        self._session = ""
        self._over = False

    def __enter__(self) -> JsonLines:
        return self

    def __exit__(self, *raised: object) -> None: ...

    def see(self, event: Event) -> None:
        if not isinstance(event, Published):
            return
        self._seq, self._session = event.seq, event.session
        self._over = isinstance(event, Reported | Failed)
        sys.stdout.write(json.dumps(event.model_dump(mode="json")) + "\n")
        sys.stdout.flush()

    def fail(self, message: str, hint: str, exit_code: int) -> None:
        """The last line of a run that the team did not end itself; none where one stands."""
        if not self._over:
            self.see(
                Failed(
                    session=self._session,
                    seq=self._seq + 1,
                    message=message,
                    hint=hint,
                    exit_code=exit_code,
                )
            )

    @contextmanager
    def pause(self) -> Iterator[None]:
        yield
