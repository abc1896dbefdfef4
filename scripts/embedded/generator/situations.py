"""Situations that were written by hand: a survey, and under it goals that need different steps.

`= role` and a survey; then for each goal its wordings (`@`), and in turn thoughts (`~`), calls
(`>`) with what came back (`<`), and the answer (`!`). `{0}` is the survey's evidence, `{1}` the
first call's. Every goal can be cut before any of its steps.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

from generator.dice import Dice
from generator.entities import NOUNS
from generator.example import ROLES, Example, Said
from generator.filling import Filling
from generator.noise import noisy
from generator.span import Span, text_of
from generator.states import ROLE_SHARES, plain, state_example
from generator.tools import belt, call_of

FOLDER = Path(__file__).parents[1] / "situations"
RARELY, OFTEN = 1.0, 3.0
"""How often a goal's first step is drawn against any later one: it decides most."""
COMMON = ("answer", "read_file", "search")
"""Steps that have many situations; all others are drawn `SELDOM` times as often."""
SELDOM = 1.5
RENAMED = 0.7
"""The part in which files have other names, so that they are compared and not known by heart."""
FILE = re.compile(r"(?<![\w.-])((?:[\w-]+/)*)([A-Za-z][\w-]*?)((?:\.[a-z]\w{0,9})+)\b(?!\()")
KEPT = {"README", "CHANGELOG", "CONTRIBUTING", "LICENSE", "SECURITY", "pyproject", "package",
        "Cargo", "go", "conftest", "Makefile", "setup", "pom", "tox", "Dockerfile", "compose",
        "docker-compose", "package-lock", "yarn", "poetry", "requirements", "index", "ci",
        "vendor", "main", "deploy", "release", "test", "tests", "build", "lint", "github", "origin",
        "install", "deployment", "faq", "quickstart", "api", "cli"}  # fmt: skip
"""Names that say what a file is for."""
SHARE = 0.75
"""Of the states, those out of situations; the others are made of stories."""


@dataclass(frozen=True)
class Deed:
    """What the model thinks and does next: a call with what came back, or at the end an answer."""

    thought: str
    call: str = ""
    result: str = ""
    answer: str = ""


@dataclass(frozen=True)
class Situation:
    """A goal under a survey, and the steps that lead to its answer."""

    role: str
    survey: str
    goals: tuple[str, ...]
    deeds: tuple[Deed, ...]


def _situations() -> Iterator[Situation]:
    for path in sorted(FOLDER.glob("*.txt")):
        blocks = re.split(r"^= ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for block in filter(None, map(str.strip, blocks)):
            head, *rest = block.splitlines()
            yield from _block(head.strip(), rest)


def _block(role: str, lines: Iterable[str]) -> Iterator[Situation]:
    """Everything below one survey."""
    survey: list[str] = []
    goals: list[str] = []
    deeds: list[Deed] = []
    thought = ""
    for line in lines:
        mark, told = line[:2], line[2:].strip()
        if mark == "@ " and deeds:
            yield _situation(role, survey, goals, deeds)
            goals, deeds = [told], []
        elif mark == "@ ":
            goals.append(told)
        elif mark == "~ ":
            thought = told
        elif mark == "> ":
            deeds.append(Deed(thought, told))
        elif mark == "< ":
            deeds[-1] = replace(deeds[-1], result=told)
        elif mark == "! ":
            deeds.append(Deed(thought, answer=told))
        elif not goals:
            survey.append(line)
    if deeds:
        yield _situation(role, survey, goals, deeds)


def _situation(
    role: str, survey: Sequence[str], goals: Sequence[str], deeds: Sequence[Deed]
) -> Situation:
    return Situation(role, "\n".join(survey).strip(), tuple(goals), tuple(deeds))


SITUATIONS = tuple(_situations())


def _cuts(role: str) -> tuple[list[tuple[Situation, int]], list[float]]:
    """Each step of each situation of the role, and the sums of how often they are drawn."""
    cuts: list[tuple[Situation, int]] = []
    weights: list[float] = []
    for situation in SITUATIONS:
        for place, deed in enumerate(situation.deeds if situation.role == role else ()):
            name = deed.call.split()[0] if deed.call else "answer"
            cuts.append((situation, place))
            weights.append((RARELY if place else OFTEN) * (1.0 if name in COMMON else SELDOM))
    return cuts, list(accumulate(weights))


CUTS = {role: _cuts(role) for role in ROLES}


def any_state_example(dice: Dice) -> Example:
    """A state out of a situation or out of a story."""
    return situation_example(dice) if dice.chance(SHARE) else state_example(dice)


def situation_example(dice: Dice) -> Example:
    """A situation, cut before some step."""
    situation, cut = dice.summed(*CUTS[dice.weighted(ROLE_SHARES)])
    if dice.chance(RENAMED):
        situation = renamed(situation, dice)
    ids = Filling(dice, f"t{dice.number(1, 5)}", dice.number(1, 6))
    goal = dice.pick(situation.goals)
    if dice.chance(0.25):
        goal = _typed(goal, dice)
    request = goal if dice.chance(0.85) else dice.pick(situation.goals)
    told = f"Survey:\n{_cited(situation.survey, ids)}\n\nRequest: {request}\nTask: {goal}"
    needed = {deed.call.split()[0] for deed in situation.deeds if deed.call}
    said = [
        Said("system", belt(situation.role, dice, needed=needed)),
        Said("user", plain(told, dice) if dice.chance(0.55) else told),
    ]
    for number, deed in enumerate(situation.deeds[:cut], 1):
        said.append(Said("assistant", _call(deed.call)))
        said.append(Said("tool", _result(deed, ids.id(number), dice)))
    deed = situation.deeds[cut]
    answer = _call(deed.call) if deed.call else _cited(deed.answer, ids)
    return Example("state", tuple(said), _cited(deed.thought, ids), answer)


def renamed(situation: Situation, dice: Dice) -> Situation:
    """The same with other names of its files, alike in the survey, the goals and the steps."""
    everything = "\n".join((situation.survey, *situation.goals))
    names = {name for _, name, ending in FILE.findall(everything) if _told(name, ending)}
    if not names:
        return situation
    fresh = dice.some([noun for noun in NOUNS if noun not in everything], len(names))
    others = {name: _other(name, noun) for name, noun in zip(sorted(names), fresh, strict=True)}
    found = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, others))})(?!\w)")

    def told(text: str) -> str:
        return found.sub(lambda match: others[match[1]], text)

    deeds = tuple(
        replace(deed, thought=told(deed.thought), call=_told_call(deed.call, told),
                result=told(deed.result), answer=told(deed.answer))
        for deed in situation.deeds
    )  # fmt: skip
    return replace(
        situation,
        survey=told(situation.survey),
        goals=tuple(map(told, situation.goals)),
        deeds=deeds,
    )


def _told(name: str, ending: str) -> bool:
    return name not in KEPT and len(name) > 2 and not ending[1:].isdigit() and ending != ".com"


def _other(name: str, words: str) -> str:
    """The words with the marks of the name's kind: `test_cart` is still a test."""
    for mark in ("test_", "test-"):
        if name.startswith(mark):
            return mark + words
    for mark in ("_test", "-test", "_spec", "Test", "Tests", "Spec"):
        if name.endswith(mark):
            return words + mark
    return words


def _told_call(call: str, told: Callable[[str], str]) -> str:
    """The tool's own name stays."""
    name, blank, rest = call.partition(" ")
    return name + blank + told(rest)


def _typed(goal: str, dice: Dice) -> str:
    """As some person types it; paths, names and commands stay."""
    words = re.split(r"(`[^`]*`|\S*[/._:#()]\S*|\S*\d\S*)", goal)
    spans = [Span(word, fixed=bool(n % 2)) for n, word in enumerate(words) if word]
    return text_of(noisy(spans, dice))


def _cited(text: str, ids: Filling) -> str:
    """With evidence ids for their numbers."""
    told = re.sub(r"\{(\d)\}", lambda match: ids.id(int(match[1])), text)
    return _lines(told)


def _call(told: str) -> str:
    return call_of(told, _lines)


def _lines(text: str) -> str:
    return text.replace("\\n", "\n").replace("\\t", "\t")


def _result(deed: Deed, id: str, dice: Dice) -> str:
    """What the tool gave back, as `graphs/calling.py` tells it."""
    text = _lines(deed.result)
    if dice.chance(0.1):
        return f"[{id}] ok\n{text}"
    return f"[{id}] ok\n~~~~ data from {deed.call.split()[0]}\n{text}\n~~~~ end of data"
