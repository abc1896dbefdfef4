"""Text to tokens and back, so that text from outside can never become a control token.

llama.cpp reads added tokens such as `<tool_call>` out of any text, even where control tokens are
switched off. `plain` cuts those apart first; only a `Segment` marked special makes special tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from models.prefix_tree import common

if TYPE_CHECKING:
    from models.llama import Token, Weights

# libstdc++'s regular expressions recurse once a character: longer texts are cut at line ends.
_LONGEST_TEXT = 8192


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a prompt: the template's own tag, or text that stays text."""

    text: str
    special: bool = False
    stable: bool = False
    """The prompt up to the end of this part will be asked for again."""


class Vocabulary:
    """The tokens of one model. Safe from any thread."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._pieces: dict[Token, bytes] = {}

    def token(self, text: str) -> Token | None:
        """The single special token that `text` is, or None."""
        return self._special.get(text)

    def tokens(self, segments: Iterable[Segment]) -> list[Token]:
        """A rendered prompt as tokens; neighbouring texts are read as one."""
        out = self._weights.bos()
        for special, group in groupby(segments, key=lambda segment: segment.special):
            text = "".join(segment.text for segment in group)
            out += self._weights.tokenize(text, special=True) if special else self.plain(text)
        return out

    def stable(self, segments: Sequence[Segment], tokens: Sequence[Token]) -> tuple[int, ...]:
        """Where in `tokens`, which `segments` are read as, the stable parts end."""
        marked = [at for at, segment in enumerate(segments, start=1) if segment.stable]
        whole = tuple(tokens)
        return tuple(common(tuple(self.tokens(segments[:at])), whole) for at in marked)

    def plain(self, text: str) -> list[Token]:
        """Tokens of `text` in which nothing is special, whatever it says."""
        tokens: list[Token] = []
        at = 0
        for found in self._tags.finditer(text):
            tokens += self._bounded(text[at : found.start() + 1])
            at = found.start() + 1
        return tokens + self._bounded(text[at:])

    def piece(self, token: Token) -> bytes:
        """The bytes of a token; none for control tokens."""
        known = self._pieces.get(token)
        if known is None:
            known = self._pieces[token] = self._weights.piece(token)
        return known

    def shown(self, tokens: Iterable[Token]) -> str:
        """Tokens for a person to read, tags included."""
        return b"".join(
            self.piece(token) or self._weights.text(token).encode() for token in tokens
        ).decode("utf-8", "replace")

    def known(self, tokens: Sequence[Token]) -> bool:
        """Whether every one of `tokens` is in the vocabulary."""
        return self._weights.known(tokens)

    def ends(self, token: Token) -> bool:
        """Whether `token` ends a generation."""
        return self._weights.ends(token)

    def _bounded(self, text: str) -> list[Token]:
        tokens: list[Token] = []
        while text:
            cut = _cut(text)
            tokens += self._weights.tokenize(text[:cut], special=False)
            text = text[cut:]
        return tokens

    @cached_property
    def _special(self) -> dict[str, Token]:
        return {self._weights.text(token): token for token in self._weights.special()}

    @cached_property
    def _tags(self) -> re.Pattern[str]:
        tags = sorted((t for t in self._special if _is_tag(t)), key=len, reverse=True)
        # A lookahead finds tags that begin inside the rest of another.
        return re.compile("(?=" + "|".join(map(re.escape, tags)) + ")") if tags else _NEVER


_NEVER = re.compile(r"(?!)")


def _is_tag(text: str) -> bool:
    """Added tokens may also be runs of spaces; cutting those would only cost tokens."""
    return len(text) > 2 and text.startswith("<") and text.endswith(">")


def _cut(text: str) -> int:
    """Where to cut a long text: after its last line end within the bound, else at the bound."""
    if len(text) <= _LONGEST_TEXT:
        return len(text)
    newline = text.rfind("\n", 0, _LONGEST_TEXT)
    return newline + 1 if newline > 0 else _LONGEST_TEXT
