"""Goes through the windows of one log, and fills the steps with what went wrong in them.

Whatever the log holds, the work stays bounded: lines of which enough is known are passed over.
"""

import re
from dataclasses import dataclass, replace
from enum import Enum, auto

from agents.logs.around import Around
from agents.logs.fault import Rank
from agents.logs.judge import fault_of, fitting, last_resort
from agents.logs.lines import parted, pieces
from agents.logs.markers import Act, mark
from agents.logs.places import Places
from agents.logs.steps import Step, Steps
from agents.logs.windows import Stream, Window
from agents.logs.words import Search

MOST_SHAPES = 20_000
LONGEST_RAW = 16_000
"""Bytes of a line that are looked at."""

MOST_LOOKS = 10_000
"""After so many lines that are all different only strong words are looked at."""

TAIL = 400
"""Lines before a failure that are searched where nothing explains it."""

_STRONG = (
    *(b"##[", b"section_", b"[Pipeline]", b"exit ", b"exited", b"***", b"FAILED", b"FAILURE"),
    *(b"--- FAIL", b": error", b"error[", b"error TS", b"fatal", b"panic", b"raceback", b"not ok"),
    *(b"npm ERR", b"Z + ", b"Job failed", b"failed to solve", b"no space left", b"Killed"),
)
_NUMBERS = re.compile(rb"[\da-f]*\d[\da-f]*")
_TURNS = frozenset({Act.STEP, Act.STEP_SHOWN, Act.STEP_ENDS, Act.HEADER_ENDS, Act.COMMAND})
_ENDINGS = frozenset({Act.FAILED, Act.FAILED_BEFORE, Act.CANCELLED})


@dataclass(frozen=True)
class Source:
    """A log of one step alone, of which there are several."""

    stream: Stream
    job: str
    step: str
    name: str
    """What the log is called."""


class Value(Enum):
    """What a line is worth, and lines like it."""

    NONE = auto()
    ENOUGH = auto()
    """It is an error, and the step has enough of its rank."""
    SOME = auto()
    TURN = auto()
    """It changes what other lines are worth."""


class Reader:
    """Reads one log; several may fill the same steps, one after the other."""

    def __init__(self, places: Places, steps: Steps, source: Source) -> None:
        self.steps = steps
        self.lines = 0
        self._places = places
        self._source = source
        self._search = Search()
        self._looked = 0
        self._dull: set[bytes] = set()
        """Lines that are no errors, without their numbers."""
        self._enough: set[bytes] = set()
        """Lines of which the step at hand has enough."""
        self._last: Window | None = None

    def read(self, window: Window) -> None:
        """Look at the lines of the window that hold a word of ours."""
        for start, end, number in self._search.worth_a_look(window):
            raw = window.data[start : min(end, start + LONGEST_RAW)]
            if b"Z \x1b[36;1m" in raw:  # GitHub repeats a step's script in this colour
                continue
            if self._looked > MOST_LOOKS and not any(word in raw for word in _STRONG):
                continue
            shape = _NUMBERS.sub(b"", raw) if len(raw) < 600 else b""
            if shape and (shape in self._dull or shape in self._enough):
                continue
            self._looked += 1
            around = Around(window, start, number)
            self._file(shape, {self._look(text, around, number) for text in pieces(raw)})
        body = window.data.count(b"\n", window.start, window.end)
        self.lines = window.first + body - window.data.endswith(b"\n", 0, window.end)
        self._last = window

    def close(self) -> None:
        """Look once more at the end of a log that does not say how it ended."""
        step = self.steps.all[-1] if self.steps.all else None
        if self._last and step and step.unsettled and not self._source.name:
            end = Around(self._last, len(self._last.data), self.lines + 1)
            self._explain(step, end)

    def _file(self, shape: bytes, values: set[Value]) -> None:
        """Remember which lines need no second look."""
        if Value.TURN in values:
            self._enough.clear()
        elif shape and values == {Value.NONE} and len(self._dull) < MOST_SHAPES:
            self._dull.add(shape)
        elif shape and values <= {Value.NONE, Value.ENOUGH} and len(self._enough) < MOST_SHAPES:
            self._enough.add(shape)

    def _look(self, text: str, around: Around, number: int) -> Value:
        """Take the line in; what lines like it are worth."""
        line = parted(text)
        job, name = line.job or self._source.job, line.step or self._source.step
        step = self.steps.at(job, name, number, self._source.name)
        low = line.text.lower()
        marked = mark(line.text, low)
        if marked and marked.act in _ENDINGS:
            self._explain(step, around)
        if marked:
            self.steps.take(marked, step, number)
            if marked.act in _TURNS:
                return Value.TURN
            step = self.steps.at(job, name, number, self._source.name)
            if marked.act is Act.FAILED_BEFORE:
                step = self.steps.culprit(job)
        if step.header or not (fits := fitting(line, low)):
            return Value.TURN if marked else Value.SOME if step.header else Value.NONE
        rule, match = fits
        if marked and marked.act in _ENDINGS and rule.rank < Rank.EXACT:
            rule = replace(rule, rank=Rank.AFTERMATH)
        if rule.unless and any(rule.unless.search(parted(t).text) for _, t in around.below(2)):
            return Value.SOME
        if not step.wants(rule.rank) and not marked:
            return Value.ENOUGH
        new = step.add(fault_of(rule, match, line, around, number, self._places))
        return Value.TURN if marked else Value.SOME if new else Value.ENOUGH

    def _explain(self, step: Step, around: Around) -> None:
        """Look again at what stands before a failure, if nothing explains it yet."""
        if step.rank >= Rank.EXACT:
            return
        above = [(n, parted(text)) for n, text in around.above(TAIL) if n >= step.first]
        own = [(n, line) for n, line in reversed(above) if line.job in {step.job, ""}]
        if fault := last_resort(own, around, self._places):
            step.add(fault)
