"""The little language in which phrases are written, and its expansion into spans.

    (a|b|)       one of them, perhaps nothing; may nest
    [text]       a cue: a word that tells whose field this is
    [github:x]   a cue for that specialist
    {name}       an entity or a word list; an entity keeps its value within one clause

A backslash takes the meaning from the next character.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from generator.dice import Dice
from generator.entities import ENTITIES
from generator.example import ROLES
from generator.lexicon import WORDS
from generator.span import Span


class Expansion:
    """Expands phrases; what entities stand for is kept in `bound`."""

    def __init__(self, dice: Dice, role: str = "", bound: Mapping[str, str] | None = None) -> None:
        self.bound: dict[str, str] = dict(bound or {})
        self._dice = dice
        self._role = role
        self._groups = dice.number(1, 1_000_000_000)

    def expand(self, phrase: str) -> list[Span]:
        """The phrase with every choice made."""
        spans: list[Span] = []
        place = 0
        literal = ""
        while place < len(phrase):
            letter = phrase[place]
            if letter == "\\":
                literal += phrase[place + 1]
                place += 2
            elif letter in "([{":
                spans.append(Span(literal))
                literal = ""
                inner, place = _inside(phrase, place)
                spans += self._part(letter, inner)
            else:
                literal += letter
                place += 1
        return [span for span in (*spans, Span(literal)) if span.text]

    def filled(self, goal: str) -> str | None:
        """A goal with its choices made; None where it names an entity that was not mentioned."""
        before = dict(self.bound)
        text = "".join(span.text for span in self.expand(goal))
        if self.bound != before:
            self.bound = before
            return None
        return " ".join(text.split())

    def _part(self, kind: str, inner: str) -> list[Span]:
        if kind == "(":
            return self.expand(self._dice.pick(_alternatives(inner)))
        if kind == "{":
            return self._slot(inner)
        role, colon, rest = inner.partition(":")
        named = bool(colon) and role in ROLES
        self._groups += 1
        group, owner = self._groups, role if named else self._role
        spans = self.expand(rest if named else inner)
        return [replace(span, role=owner, group=group) for span in spans]

    def _slot(self, name: str) -> list[Span]:
        if name in WORDS:
            return self.expand(self._dice.pick(WORDS[name]))
        if name not in self.bound:
            self.bound[name] = ENTITIES[name.rstrip("2")](self._dice)
        return [Span(self.bound[name], fixed=True)]


_CLOSING = {"(": ")", "[": "]", "{": "}"}


@cache
def _inside(phrase: str, start: int) -> tuple[str, int]:
    """What stands between this bracket and its partner, and the place behind that."""
    opening, closing = phrase[start], _CLOSING[phrase[start]]
    depth, place = 0, start
    while place < len(phrase):
        if phrase[place] == "\\":
            place += 1
        elif phrase[place] == opening:
            depth += 1
        elif phrase[place] == closing:
            depth -= 1
            if depth == 0:
                return phrase[start + 1 : place], place + 1
        place += 1
    raise ValueError(f"a bracket is not closed: {phrase}")


@cache
def _alternatives(inner: str) -> tuple[str, ...]:
    """The parts between bars that are not within brackets."""
    parts, depth, begin, place = [], 0, 0, 0
    while place < len(inner):
        letter = inner[place]
        if letter == "\\":
            place += 1
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter == "|" and depth == 0:
            parts.append(inner[begin:place])
            begin = place + 1
        place += 1
    return (*parts, inner[begin:])
