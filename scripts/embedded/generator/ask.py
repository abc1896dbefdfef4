"""One thing that a request asks for: its words, and who has to do what."""

from collections.abc import Sequence
from dataclasses import dataclass

from generator.block import Block, blocks
from generator.dice import Dice
from generator.example import ROLES
from generator.grammar import Expansion
from generator.span import Span

QUOTED = ""
"""The goal of an ask that is best told in the request's own words."""
CUE = "~"
"""In a goal: the role's first cue, as it was typed."""

BLOCKS = {role: blocks(role) for role in ROLES}
MIXED = blocks("mixed")
STANDARD = {
    "development": "Check the source code and its dependencies",
    "testing": "Run the tests and explain what fails",
    "ci_cd": "Check the pipelines and the container files",
    "github": "Look at branches, tags and recent commits",
    "documentation": "Check that the documents are true and complete",
}
"""What each does where a request names nothing more."""


@dataclass(frozen=True)
class Ask:
    """A clause of a request."""

    spans: tuple[Span, ...]
    tasks: tuple[tuple[str, str], ...]
    """(role, goal); `QUOTED` where the goal is the clause itself."""
    complexity: str = "medium"
    chain: bool = False
    names: tuple[tuple[str, str], ...] = ()
    """(kind, name) of what it names, such as ("source", "app/cart.py")."""


def ask_of(role: str, dice: Dice) -> Ask:
    """Something for that specialist alone."""
    return realised(dice.pick(BLOCKS[role]), dice)


def mixed_ask(dice: Dice) -> Ask:
    """Something that one clause asks of several."""
    return realised(dice.pick(MIXED), dice)


def realised(block: Block, dice: Dice) -> Ask:
    """A phrase of the block with every choice made, and the goals that fit it."""
    expansion = Expansion(dice, block.role)
    spans = tuple(expansion.expand(dice.pick(block.phrases)))
    tasks = tuple((role, goal_of(block, role, expansion)) for role in block.roles)
    names = tuple(expansion.bound.items())
    return Ask(spans, tasks, block.complexity, block.chain, names)


def goal_of(block: Block, role: str, expansion: Expansion) -> str:
    """The first goal that names as many of the clause's entities as any."""
    goals = [goal for owner, goal in block.goals if owner == role]
    filled = [(goal.count("{"), text) for goal in goals if (text := expansion.filled(goal))]
    most = max((count for count, _ in filled), default=0)
    if not filled or (block.indirect and most == 0):
        return QUOTED
    return next(text for count, text in filled if count == most)


def noun_ask(roles: Sequence[str], dice: Dice) -> Ask:
    """`check the tests, docs and CI`: nouns behind one verb."""
    spans: list[Span] = []
    tasks: list[tuple[str, str]] = []
    for number, role in enumerate(roles):
        expansion = Expansion(dice, role)
        noun = expansion.expand(f"{{np-{role}}}")
        if number:
            last = number == len(roles) - 1
            spans.append(Span(dice.pick((" and ", " & ", ", ", " + ", " and ")) if last else ", "))
        spans += noun
        tasks.append((role, f"Check {CUE}"))
    verb = Expansion(dice).expand(
        "({check} |{check} |{polite} {check} "
        "|how (are|is) |what about |state of |anything wrong with |problems in |)"
    )
    return Ask((*verb, *spans), tuple(tasks), "low")
