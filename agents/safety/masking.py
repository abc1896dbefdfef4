"""Secrets in a text are replaced by marks such as `[secret:github-token#1]`.

It looks line by line: at words whose form tells what they are (`tokens`), at values beside names
(`named`), at headers and commands (`headers`), at private keys (`pem`). What was masked once stays
as it is. It never raises, and its time grows with the text's length alone. A person's password in
prose, and part of a key that begins above the text, are not found.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from agents.safety.headers import placed_values
from agents.safety.masks import MARK, mark
from agents.safety.named import named_values, secret_beside
from agents.safety.pem import Block, follow, key_spans
from agents.safety.span import Span
from agents.safety.tokens import token_spans

LONGEST = 32_768
"""Longer lines are looked at in pieces; a name and its value may then be parted."""

ROUNDS = 8
"""Masking may bring to light what was hidden by what it took; in honest texts once or twice."""

MOST_FOUND = 1000
"""More than this is not listed, though it is masked."""

_PAIR = re.compile(
    r"[\s-]*[\"']?name[\"']?\s{0,4}:\s{0,4}[\"']?(?P<name>[\w.-]{3,100})[\"']?,?\s*$", re.I
)
_VALUE = re.compile(r"[\s-]*[\"']?value[\"']?\s{0,4}:\s{0,4}", re.I)
_CUT = re.compile(r"[\s,;&]")


@dataclass(frozen=True)
class Found:
    """A secret that was masked."""

    kind: str
    line: int
    """Counted from 1."""


@dataclass(frozen=True)
class Masked:
    """A text that may be shown, and what was taken out of it."""

    text: str
    found: tuple[Found, ...] = ()


def mask(text: str) -> Masked:
    """The text without its secrets."""
    masker = Masker()
    return Masked(masker.feed(text) + masker.close(), tuple(masker.found))


def masked(text: str) -> str:
    """The text without its secrets, for those who do not ask what they were."""
    return mask(text).text


def mask_json(value: JsonValue) -> JsonValue:
    """The same for every string in a JSON value, its keys left as they are."""
    match value:
        case str():
            return masked(value)
        case list():
            return [mask_json(item) for item in value]
        case dict():
            return {name: _entry(name, item) for name, item in value.items()}
        case _:
            return value


class Masker:
    """Masks a long text as it comes, in pieces cut anywhere: the same as `mask` of the whole."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self._waiting: list[str] = []
        self._held = 0
        self._line = 1
        self._block: Block | None = None
        self._key = ""
        self._name = ""

    def feed(self, text: str) -> str:
        """Take a piece of the text; gives what can be said of it so far."""
        self._waiting.append(text)
        self._held += len(text)
        if "\n" not in text and self._held < LONGEST:
            return ""
        pieces, rest = _pieces("".join(self._waiting))
        self._waiting, self._held = [rest], len(rest)
        return "".join(map(self._take, pieces))

    def close(self) -> str:
        """The rest, once the text has ended."""
        rest = "".join(self._waiting)
        self._waiting, self._held = [], 0
        return self._take(rest) if rest else ""

    def _take(self, line: str) -> str:
        """One line, masked."""
        end = "\n" if line.endswith("\n") else ""
        shown = self._masked(line.removesuffix("\n"))
        self._block = follow(shown, self._block)
        pair = _PAIR.match(shown)
        self._key, self._name = self._key if self._block else "", pair["name"] if pair else ""
        self._line += len(end)
        return shown + end

    def _masked(self, line: str) -> str:
        for _ in range(ROUNDS):
            spans = _apart(_outside(self._spans(line), line))
            if not spans:
                return line
            line = self._replaced(line, spans)
        return mark("unclear", line)

    def _spans(self, line: str) -> Iterator[Span]:
        """All that is secret in the line; some of it perhaps more than once."""
        if self._block is not None or "PRIVATE KEY" in line or "PuTTY" in line:
            yield from key_spans(line, self._block, self._key)
        yield from token_spans(line)
        yield from placed_values(line)
        yield from named_values(line)
        if self._name and (value := _VALUE.match(line)):
            span = secret_beside(self._name, line, value.end())
            yield from [span] if span else []

    def _replaced(self, line: str, spans: Iterable[Span]) -> str:
        parts, at = [], 0
        for span in spans:
            secret = span.secret or line[span.start : span.end]
            if span.kind.startswith("private-key"):
                self._key = self._key or secret
            if len(self.found) < MOST_FOUND:
                self.found.append(Found(span.kind, self._line))
            parts += [line[at : span.start], mark(span.kind, secret)]
            at = span.end
        return "".join([*parts, line[at:]])


def _pieces(text: str) -> tuple[list[str], str]:
    """Its lines, overlong ones in pieces, and what the next piece of text may still add to."""
    pieces: list[str] = []
    at = 0
    while True:
        end = text.find("\n", at, at + LONGEST) + 1
        if not end:
            if len(text) - at < LONGEST:
                return pieces, text[at:]
            end = _cut(text, at, at + LONGEST)
        pieces.append(text[at:end])
        at = end


def _cut(text: str, start: int, end: int) -> int:
    """Where to part an overlong line: after a sign between words, if one is near its end."""
    signs = _CUT.finditer(text, max(start + 1, end - 1000), end)
    return max((sign.end() for sign in signs), default=end)


def _outside(spans: Iterable[Span], line: str) -> list[Span]:
    """What of the spans is no mark yet."""
    marks = [match.span() for match in MARK.finditer(line)] if "[secret:" in line else []
    if not marks:
        return list(spans)
    return [part for span in spans for part in _parts(span, marks, line)]


def _parts(span: Span, marks: list[tuple[int, int]], line: str) -> Iterator[Span]:
    """The span where no mark covers it; nothing where a mark covers its beginning."""
    at = span.start
    for start, end in marks:
        if start <= at < end:
            return
        if at < start < span.end:
            yield Span(at, start, span.kind, span.secret)
            return
    yield span


def _apart(spans: list[Span]) -> list[Span]:
    """In their order, and of those that share characters the one that begins first, whole."""
    apart: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if not apart or span.start >= apart[-1].end:
            apart.append(span)
        elif span.end > apart[-1].end:
            apart[-1] = Span(apart[-1].start, span.end, apart[-1].kind, apart[-1].secret)
    return apart


def _entry(name: str, value: JsonValue) -> JsonValue:
    """A value beside its name, which may tell that it is a secret."""
    if (
        isinstance(value, str)
        and "\n" not in value
        and (span := secret_beside(name, f'"{value}"', 0))
    ):
        return mark(span.kind, value)
    return mask_json(value)
