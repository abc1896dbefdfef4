"""What a reader already has when an answer begins again after a cut.

A call keeps its seed, so that the same server mostly says the same again; that part is not handed
out twice. Where it says something else, the new answer follows whole, after an empty line: what a
reader has cannot be taken back.
"""

from __future__ import annotations

from collections.abc import Iterator

from models.pieces import AnswerText, Done, Piece, ThinkingText

_PARTED = "\n\n"


class Repeated:
    """Stands between the tries of one call and its reader."""

    def __init__(self) -> None:
        self._thinking, self._answer = _Said(), _Said()

    def again(self) -> None:
        """A new try begins."""
        self._thinking, self._answer = self._thinking.again(), self._answer.again()

    def fresh(self, piece: Piece) -> Iterator[Piece]:
        """What of `piece` the reader has not."""
        match piece:
            case ThinkingText(text):
                yield from map(ThinkingText, self._thinking.fresh(text))
            case AnswerText(text):
                yield from map(ThinkingText, self._thinking.rest())
                yield from map(AnswerText, self._answer.fresh(text))
            case Done():
                yield from map(ThinkingText, self._thinking.rest())
                yield from map(AnswerText, self._answer.rest())
                yield piece
            case _:
                yield piece


class _Said:
    """One kind of text."""

    def __init__(self, given: str = "") -> None:
        self._given = given
        """What the reader has of earlier tries."""
        self._new = ""
        """What this try has said, as long as that is the same."""
        self._parted = not given
        self._out: list[str] = []

    def again(self) -> _Said:
        return _Said(self._given + "".join(self._out))

    def fresh(self, text: str) -> Iterator[str]:
        if self._parted:
            yield self._gave(text)
            return
        self._new += text
        if self._new.startswith(self._given):
            self._parted = True
            if more := self._new[len(self._given) :]:
                yield self._gave(more)
        elif not self._given.startswith(self._new):
            self._parted = True
            yield self._gave(_PARTED + self._new)

    def rest(self) -> Iterator[str]:
        """At the end: an answer that ends earlier than the one before is another one."""
        if not self._parted and self._new:
            self._parted = True
            yield self._gave(_PARTED + self._new)

    def _gave(self, text: str) -> str:
        self._out.append(text)
        return text
