"""Requests in other languages: a frame with nouns, or a whole phrase; their goals quote them."""

from dataclasses import replace

from generator.ask import CUE, QUOTED, STANDARD, Ask
from generator.dice import Dice
from generator.example import ROLES
from generator.grammar import Expansion
from generator.lexicon import GRAMMARS
from generator.span import Span

Tongue = dict[str, list[str]]


def _read() -> list[Tongue]:
    tongues: dict[str, Tongue] = {}
    tongue: Tongue = {}
    for line in (GRAMMARS / "languages.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("= "):
            tongue = tongues.setdefault(line[2:], {})
        elif line:
            name, _, rest = line.partition(": ")
            tongue.setdefault(name, []).extend(rest.split(" / "))
    return list(tongues.values())


TONGUES = _read()


def foreign_ask(dice: Dice) -> Ask:
    """Something in one of many languages."""
    tongue = dice.pick(TONGUES)
    form = dice.weighted({"nouns": 5, "phrase": 4, "everything": 0.8, "nobody": 0.7})
    match form:
        case "nouns":
            return _nouns(tongue, dice)
        case "phrase":
            return _phrases(tongue, dice)
        case "everything":
            spans = tuple(Expansion(dice).expand(dice.pick(tongue["everything"])))
            return Ask(spans, tuple(STANDARD.items()))
        case _:
            return Ask(tuple(Expansion(dice).expand(dice.pick(tongue["nobody"]))), ())


def _nouns(tongue: Tongue, dice: Dice) -> Ask:
    roles = dice.some(ROLES, dice.weighted({1: 5, 2: 3, 3: 1}))
    inner: list[Span] = []
    tasks: list[tuple[str, str]] = []
    for number, role in enumerate(roles):
        if number:
            inner.append(Span(f" {dice.pick(tongue['and'])} ".replace(" ,", ",")))
        noun = Expansion(dice, role).expand(dice.pick(tongue[role]))
        inner += noun if any(s.role for s in noun) else [replace(s, role=role) for s in noun]
        tasks.append((role, f"Check {CUE}"))
    before, _, behind = dice.pick(tongue["check"]).partition("~")
    return Ask((Span(before), *inner, Span(behind)), tuple(tasks))


def _phrases(tongue: Tongue, dice: Dice) -> Ask:
    role, *others = dice.some(ROLES, dice.weighted({1: 5, 2: 1}))
    spans = Expansion(dice, role).expand(dice.pick(tongue[f"x-{role}"]))
    tasks = [(role, QUOTED if not others else _short(spans, role))]
    for other in others:
        more = Expansion(dice, other).expand(dice.pick(tongue[f"x-{other}"]))
        tasks.append((other, _short(more, other)))
        spans = [*spans, Span(f" {dice.pick(tongue['and'])} ".replace(" ,", ",")), *more]
    return Ask(tuple(spans), tuple(tasks))


def _short(spans: list[Span], role: str) -> str:
    named = [span.text for span in spans if span.fixed]
    return f"Look into {named[0]}" if named else f"Look into {CUE}"
