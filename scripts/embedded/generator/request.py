"""A request as a user would type it: asks put together, framed, and typed by some hand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from generator.ask import STANDARD, Ask, ask_of, mixed_ask, noun_ask
from generator.block import phrases
from generator.dice import Dice
from generator.example import ROLES
from generator.grammar import Expansion
from generator.languages import foreign_ask
from generator.lexicon import WORDS
from generator.noise import noisy
from generator.span import Span, text_of
from generator.written import written_ask, written_asks

EVERYTHING = phrases("everything")
NOBODY = phrases("nobody")
FORMS = {"written": 230, "joined": 40, "single": 24, "noun": 4, "mixed": 9, "nouns": 6, "block": 9,
         "everything": 3, "except": 3, "nobody": 3, "foreign": 6, "told": 10}  # fmt: skip
"""How often each is drawn; the first two are written by hand, alone and joined."""


@dataclass(frozen=True)
class Part:
    """One ask within the request, as it was typed."""

    ask: Ask
    spans: tuple[Span, ...]
    after: bool = False
    """It waits for the part before it."""


@dataclass(frozen=True)
class Wish:
    """A whole request."""

    text: str
    parts: tuple[Part, ...]
    form: str
    left_out: tuple[tuple[str, str], ...] = ()
    """(role, words) of what the user wants left alone."""


def wish(dice: Dice) -> Wish:
    """Some request."""
    form = dice.weighted(FORMS)
    asks, links = _asks(form, dice)
    out = "" if form not in {"except", "single", "mixed", "nouns"} else _unwanted(form, asks, dice)
    if form == "except":
        asks = [replace(asks[0], tasks=tuple(t for t in asks[0].tasks if t[0] != out))]
    return _typed(form, asks, links, out, dice)


def _asks(form: str, dice: Dice) -> tuple[list[Ask], list[str]]:
    match form:
        case "written":
            return [written_ask(dice)], []
        case "joined":
            asks = written_asks(dice)
            return asks, ["then" if dice.chance(0.2) else "and" for _ in asks[1:]]
        case "single":
            return [ask_of(dice.pick(ROLES), dice)], []
        case "noun":
            return [noun_ask([dice.pick(ROLES)], dice)], []
        case "nouns":
            return [noun_ask(dice.some(ROLES, dice.weighted({2: 5, 3: 3, 4: 1})), dice)], []
        case "mixed":
            roles = dice.some(ROLES, dice.weighted({2: 6, 3: 3, 4: 0.6}))
            names = ["then" if dice.chance(0.25) else "and" for _ in roles[1:]]
            return [ask_of(role, dice) for role in roles], names
        case "block":
            return [mixed_ask(dice)], []
        case "foreign":
            return [foreign_ask(dice)], []
        case "told":
            return _told(dice)
        case "nobody":
            return [Ask(tuple(Expansion(dice).expand(dice.pick(NOBODY))), ())], []
        case _:
            spans = tuple(Expansion(dice).expand(dice.pick(EVERYTHING)))
            return [Ask(spans, tuple(STANDARD.items()))], []


def _told(dice: Dice) -> tuple[list[Ask], list[str]]:
    """Something for one or two, to be told in several sentences."""
    roles = dice.some(ROLES, dice.weighted({1: 8, 2: 1.6}))
    if dice.chance(0.2):
        return [mixed_ask(dice)], []
    return [ask_of(role, dice) for role in roles], ["and"] * (len(roles) - 1)


def _around(asks: Sequence[Ask], dice: Dice) -> tuple[list[Span], list[Span]]:
    """The sentences before and behind the asks: how it came, what was tried, what is in order. They
    ask for nothing, and what is said to be fine is nobody's."""
    busy = {role for ask in asks for role, _ in ask.tasks}
    before = ["ctx"] * dice.weighted({0: 2, 1: 5, 2: 2})
    if len(busy) == 1 and dice.chance(0.4):
        before.append(f"cold-{next(iter(busy))}")
    if dice.chance(0.3):
        before.append("tried")
    after = [dice.pick(("ctx", "tried", "tail", "tail"))] if dice.chance(0.5) else []
    if not before and not after:
        before = ["ctx"]
    if dice.chance(0.3):  # the ask first, the reasons behind it
        before, after = [], [*before, *after]
    led, left = _sentences(before, asks[0], dice), _sentences(after, asks[0], dice)
    if after:
        left = [Span(dice.pick((". ", ". ", "? ", "! ", "\n", " - "))), *left]
    free = [role for role in ROLES if role not in busy]
    if free and dice.chance(0.25):
        fine = Expansion(dice).expand(dice.pick(WORDS[f"fine-{dice.pick(free)}"]))
        ahead, _, behind = _flat(Expansion(dice).expand(dice.pick(WORDS["so-fine"]))).partition("#")
        led, left = [*led, *_filled(ahead, fine)], [*_filled(behind, fine), *left]
    return led, left


def _flat(spans: Sequence[Span]) -> str:
    return "".join(span.text for span in spans)


def _filled(text: str, fine: Sequence[Span]) -> list[Span]:
    parts = text.partition("~")
    return [
        span for span in (Span(parts[0]), *(fine if parts[1] else ()), Span(parts[2])) if span.text
    ]


def _sentences(names: Sequence[str], ask: Ask, dice: Dice) -> list[Span]:
    """One sentence of each list, with a point behind it."""
    spans: list[Span] = []
    for name in dice.some(names, len(names)):
        said = Expansion(dice, ask.tasks[0][0], dict(ask.names)).expand(dice.pick(WORDS[name]))
        if not said[0].fixed and dice.chance(0.6):
            said[0] = replace(said[0], text=said[0].text[:1].upper() + said[0].text[1:])
        spans += [*said, Span(dice.pick((". ", ". ", ". ", ", ", "\n", "; ", "... ")))]
    return spans


def _unwanted(form: str, asks: Sequence[Ask], dice: Dice) -> str:
    """A role that the user wants left alone; mostly none."""
    busy = {role for ask in asks for role, _ in ask.tasks}
    if form == "except":
        return dice.pick(ROLES)
    free = [role for role in ROLES if role not in busy]
    return dice.pick(free) if free and dice.chance(0.06) else ""


def _typed(form: str, asks: Sequence[Ask], links: Sequence[str], out: str, dice: Dice) -> Wish:
    """The asks in one text; noise meets each piece once, so that cues can be found again."""
    listed = form != "told" and len(asks) > 1 and dice.chance(0.15)
    mark = dice.pick(("-", "*", "1.", "1)", "-"))
    led, behind = _around(asks, dice) if form == "told" else ([], [])
    pieces: list[Span] = [*_opening(form, dice), *led]
    places: list[slice] = []
    for number, ask in enumerate(asks):
        before = links[number - 1] if number else ""
        if listed:
            pieces.append(Span(f"\n{mark.replace('1', str(number + 1))} ", fixed=True))
        elif number:
            pieces += Expansion(dice).expand(f" {dice.pick(WORDS[before])} ")
        places.append(slice(len(pieces), len(pieces) + len(ask.spans)))
        pieces += ask.spans
    pieces += behind
    apart = _apart(out, dice)
    begin = len(pieces)
    pieces += apart
    pieces += _closing(form, asks[-1], dice)
    typed = noisy(pieces, dice)
    later = [False, *(name == "then" and not listed for name in links)]
    later += [False] * (len(asks) - len(later))
    parts = tuple(
        Part(ask, typed[place], after)
        for ask, place, after in zip(asks, places, later, strict=True)
    )
    left = text_of(s for s in typed[begin : begin + len(apart)] if s.role)
    return Wish(text_of(typed), parts, form, ((out, left),) if out and left else ())


def _opening(form: str, dice: Dice) -> list[Span]:
    """Greeting, politeness, some words beside the point."""
    if form == "written" and dice.chance(0.8):
        return []
    opening = ""
    if dice.chance(0.14):
        opening += "{opener} "
    if form != "nobody" and dice.chance(0.07):
        opening += "{filler}(. |, | - |\\: |; )".replace("\\:", ":")
    return Expansion(dice).expand(opening) if opening else []


def _closing(form: str, last: Ask, dice: Dice) -> list[Span]:
    """Punctuation, thanks, an emoji, a pasted line."""
    if form == "written" and dice.chance(0.8):
        return []
    closing = dice.weighted({"": 6, "?": 2, ".": 1.6, "!": 0.7, "??": 0.4, "...": 0.3, "!!": 0.2})
    if form != "nobody":
        if dice.chance(0.06):
            closing += " {polite-tail}"
        if dice.chance(0.07):
            closing += (" " if closing else "( - |. |, )") + "{filler}"
        if dice.chance(0.07):
            closing += (" " if closing else "(. |, | - |! )") + "{thanks}"
    if dice.chance(0.05):
        closing += " {emoji}"
    spans = Expansion(dice).expand(closing) if closing else []
    roles = [role for role, _ in last.tasks]
    if form == "single" and len(roles) == 1 and dice.chance(0.09):
        line = Expansion(dice, roles[0]).expand(f"{{paste-{roles[0]}}}")
        spans += [
            Span("\n", fixed=True),
            *(replace(s, fixed=True, text=s.text.replace("\\n", "\n")) for s in line),
        ]
    return spans


def _apart(role: str, dice: Dice) -> list[Span]:
    """`but leave the docs alone`."""
    if not role:
        return []
    said = dice.pick(WORDS["leave"]).replace("~", dice.pick(WORDS[f"off-{role}"]))
    joined = dice.pick((", ", ", but ", ". ", "; ", " and ", " - ", " \\(", ", just "))
    spans = Expansion(dice, role).expand(joined + said)
    return [*spans, Span(")")] if joined == " \\(" else spans
