"""What hands do to words: typos, lower case, lost words; names and pasted lines stay."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from generator.dice import Dice
from generator.span import Span

NEAR = {"a": "s", "s": "d", "e": "r", "r": "t", "i": "o", "o": "p", "n": "m", "t": "y", "l": "k",
        "u": "i", "c": "v", "d": "f", "h": "j", "g": "h", "m": "n", "p": "o", "w": "e", "b": "v",
        }  # fmt: skip

Change = Callable[[str], str]


def noisy(spans: Sequence[Span], dice: Dice) -> tuple[Span, ...]:
    """The spans as some person types them; most people type well."""
    mood = dice.weighted(
        {"clean": 5, "lower": 3, "sloppy": 2.2, "shout": 0.2, "terse": 0.8, "spoken": 0.6}
    )
    match mood:
        case "lower":
            return _each(spans, str.lower)
        case "sloppy":
            return _each(spans, lambda text: _typos(text.lower(), dice, 0.12))
        case "shout":
            return _each(spans, str.upper)
        case "spoken":
            return _each(spans, lambda text: _spoken(text.lower(), dice))
        case "terse":
            return _each(spans, lambda text: _without_small(text.lower(), dice))
        case _:
            return _capital(spans)


def _each(spans: Sequence[Span], change: Change) -> tuple[Span, ...]:
    return tuple(s if s.fixed else replace(s, text=change(s.text)) for s in spans)


def _capital(spans: Sequence[Span]) -> tuple[Span, ...]:
    first, *rest = spans
    if first.fixed:
        return tuple(spans)
    return (replace(first, text=first.text[:1].upper() + first.text[1:]), *rest)


def _typos(text: str, dice: Dice, share: float) -> str:
    def mistyped(match: re.Match[str]) -> str:
        return _typo(match[0], dice) if dice.chance(share) else match[0]

    text = re.sub(r"[^\W\d_]{4,}", mistyped, text)
    text = text.replace("'", "") if dice.chance(0.4) else text
    return re.sub(r"\byou\b", "u", text) if dice.chance(0.2) else text


def _spoken(text: str, dice: Dice) -> str:
    """As dictation writes it: without points and commas, with a sound where one thinks."""
    text = re.sub(r"[,.;:!?]+(?=\s|$)", "", text)
    return (
        re.sub(
            r" (and|but|so|then) ",
            rf" \1 {dice.pick(('um', 'uh', 'like', 'you know'))} ",
            text,
            count=1,
        )
        if dice.chance(0.3)
        else text
    )


def _typo(word: str, dice: Dice) -> str:
    place = dice.number(1, len(word) - 2)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    match dice.number(0, 4):
        case 0:
            return before + after
        case 1:
            return before + letter * 2 + after
        case 2:
            return before + NEAR.get(letter, letter) + after
        case 3:
            return word[:-1]
        case _:
            return before + after[:1] + letter + after[1:]


def _without_small(text: str, dice: Dice) -> str:
    """Without some of the words that carry nothing."""

    def kept(match: re.Match[str]) -> str:
        return " " if dice.chance(0.6) else match[0]

    return re.sub(r" (the|a|an|our|is|are|do|does|please|can|you|me|my) ", kept, text)
