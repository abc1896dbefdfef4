"""Server-sent events, as far as these servers use them: each `data:` line is an event.

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream would join
lines up to an empty one; JSON is written in one line here, and some servers forget the empty one.
Comments, which keep a connection open, and every other field are no events.
"""

from __future__ import annotations

from collections.abc import Iterator

LONGEST = 16 * 2**20
"""Bytes of one line; no server writes more."""


class TooLong(ValueError):
    """A line that never ends."""


class Events:
    """Fed with bytes, cut anywhere; gives out the text of each event."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, block: bytes) -> Iterator[str]:
        """The events that end within `block`; TooLong where a line does not."""
        self._held += block
        lines = []
        if b"\n" in block:
            *lines, self._held = self._held.split(b"\n")
        if len(self._held) > LONGEST:
            raise TooLong(f"a line of more than {LONGEST} bytes")
        yield from filter(None, map(_data, lines))

    def close(self) -> str:
        """What stands in a last line without an end: an event, the half of one, or nothing."""
        rest, self._held = self._held, bytearray()
        return _data(rest)


def _data(line: bytes | bytearray) -> str:
    name, _, value = line.decode("utf-8", "replace").strip("\r\ufeff").partition(":")
    return value.strip() if name == "data" else ""
