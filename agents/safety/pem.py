"""Private keys over many lines, as files, numbered listings, diffs and logs hold them.

The block keeps its lines, so that line numbers stay true: only what is secret in each is taken.
`follow` looks at lines that are masked already, so a masked text is read as the text before was.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agents.safety.entropy import is_readable
from agents.safety.span import Span

KIND, LAST = "private-key", "private-key-end"
"""The kinds of a key's lines; after the short line at its end nothing belongs to it."""

_BEGIN = re.compile(
    r"-{4,5} ?BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)? ?-{4,5}|PuTTY-User-Key-File-\d"
)
_END = re.compile(r"-{4,5} ?END [A-Z]")
_INLINE = re.compile(r"(?:\\[rn]|[ \t])*(?P<s>[A-Za-z0-9+/](?:[A-Za-z0-9+/=\s]|\\[rn]){15,})")
_BODY = re.compile(
    r"(?<![A-Za-z0-9+/=])(?P<s>=?[A-Za-z0-9+/]{1,400}={0,2})(?:\\[rn]|[\s\"',;\\+)|*]){0,8}$"
)
_MARKED = re.compile(r"\[secret:(?P<kind>private-key(?:-end)?)(?:#\d+)?\][^\w]{0,8}$")

LONG = 24
"""Characters of a line that is surely the key's; a shorter one ends it."""

PATIENCE = 12
"""Lines that a key may hold before and between its lines: blank ones, headers."""


@dataclass(frozen=True)
class Block:
    """Where in a private key the reader is."""

    waited: int = 0
    """Lines since one that held something of the key."""
    margin: int = -1
    """Where in the line before the key's text began; -1: it has not begun."""


def key_spans(line: str, block: Block | None, secret: str) -> Iterator[Span]:
    """What of the line belongs to a private key; `secret` is its first line, if known."""
    begin = _BEGIN.search(line)
    if begin is not None:
        yield from _inline(line, begin.end())
    elif block is not None and _END.search(line) is None and (body := _body(line)):
        start, end = body.span("s")
        start += line.startswith("+") and start == 0  # as in a diff
        if end - start >= LONG and not is_readable(body["s"]):
            yield Span(start, end, KIND, secret or body["s"])
        elif block.waited == 0 and abs(start - block.margin) <= 1:
            yield Span(start, end, LAST, secret or body["s"])


def follow(line: str, block: Block | None) -> Block | None:
    """Where the reader is after the line, which is masked already."""
    if (begin := _BEGIN.search(line)) is not None:
        return None if _END.search(line, begin.end()) else Block()
    if block is None or _END.search(line) is not None:
        return None
    if marked := _MARKED.search(line):
        return Block(margin=marked.start()) if marked["kind"] == KIND else None
    return Block(block.waited + 1, block.margin) if block.waited < PATIENCE else None


def _inline(line: str, start: int) -> Iterator[Span]:
    """A key that stands in one line, with `\\n` for its ends of lines."""
    inside = _INLINE.match(line, start)
    if inside is not None:
        yield Span(*inside.span("s"), KIND)


def _body(line: str) -> re.Match[str] | None:
    """The last word of the line, of the characters that keys are written in."""
    return _BODY.search(line, max(0, len(line.rstrip()) - 420))
