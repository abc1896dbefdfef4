"""The lines above and below one line of a window, read only when they are asked for."""

from collections.abc import Iterator

from agents.logs.lines import Line, parted, pieces
from agents.logs.rule import Hunt
from agents.logs.windows import Window

ABOVE, BELOW = 3, 14
"""Lines of an excerpt before and after the error's own."""


class Around:
    """Stands on the line that begins at `start`, which has a number."""

    def __init__(self, window: Window, start: int, number: int) -> None:
        self._data = window.data
        self._start = start
        self._number = number

    def below(self, count: int) -> Iterator[tuple[int, str]]:
        """The lines after it, with their numbers."""
        position, number = self._data.find(b"\n", self._start) + 1, self._number
        while position > 0 and count > 0 and position < len(self._data):
            end = self._data.find(b"\n", position)
            number, count = number + 1, count - 1
            yield number, _last(self._data[position : end if end >= 0 else len(self._data)])
            position = end + 1

    def above(self, count: int) -> Iterator[tuple[int, str]]:
        """The lines before it, the nearest first."""
        end, number = self._start - 1, self._number
        while end > 0 and count > 0:
            position = self._data.rfind(b"\n", 0, end) + 1
            number, count = number - 1, count - 1
            yield number, _last(self._data[position:end])
            end = position - 1

    def moved(self, number: int) -> "Around":
        """The same, on another line that is near."""
        start = self._start
        for _ in range(self._number, number):
            start = self._data.find(b"\n", start) + 1
        for _ in range(number, self._number):
            start = self._data.rfind(b"\n", 0, start - 1) + 1
        other = Around.__new__(Around)
        other._data, other._start, other._number = self._data, start, number
        return other

    def hunted(self, hunt: Hunt, lane: str) -> Iterator[tuple[int, dict[str, str]]]:
        """What the hunt comes by among the lines of the same program, in the order that it asks."""
        found: list[tuple[int, dict[str, str]]] = []
        begun = hunt.after is None
        lines = self.above(hunt.lines) if hunt.back else self.below(hunt.lines)
        for number, text in lines:
            line = parted(text)
            if line.lane not in {lane, "" if lane.startswith("#") else lane}:
                continue
            if not begun:
                begun = bool(hunt.after and hunt.after.search(line.text))
                continue
            if hunt.until and hunt.until.search(line.text):
                break
            if match := hunt.pattern.search(line.text):
                found.append((number, {k: v for k, v in match.groupdict().items() if v}))
        yield from reversed(found) if hunt.last else found
        if hunt.instead:
            yield from self.hunted(hunt.instead, lane)

    def excerpt(self, job: str) -> str:
        """The lines around it as people read them, those of other jobs left out."""
        above = [_shown(n, t, job) for n, t in self.above(ABOVE)][::-1]
        end = self._data.find(b"\n", self._start)
        own = _last(self._data[self._start : end if end >= 0 else len(self._data)])
        below = [_shown(n, t, job) for n, t in self.below(BELOW)]
        return "\n".join(filter(None, [*above, _shown(self._number, own, job), *below]))


def _shown(number: int, text: str, job: str) -> str:
    line: Line = parted(text)
    return f"{number}\t{line.text[:240]}" if line.job == job else ""


def _last(raw: bytes) -> str:
    return next((text for text in reversed(pieces(raw)) if text), "")
