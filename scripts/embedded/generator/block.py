"""Blocks of phrases that ask for the same thing, with the goals that follow from them.

    @ complexity [chain] [indirect]
    a phrase
    > a goal
    > role: a goal, in files about several roles

`chain`: each task waits for the one before it.
"""

from dataclasses import dataclass
from pathlib import Path

from generator.example import ROLES
from generator.lexicon import GRAMMARS


@dataclass(frozen=True)
class Block:
    """Phrases of one meaning."""

    complexity: str
    chain: bool
    indirect: bool
    role: str
    """Whose cues those without a name are; empty in blocks of several roles."""
    phrases: tuple[str, ...]
    goals: tuple[tuple[str, str], ...]
    """(role, goal), the more telling ones first."""

    @property
    def roles(self) -> tuple[str, ...]:
        """Who has something to do, in order."""
        return tuple(dict.fromkeys(role for role, _ in self.goals))


def blocks(name: str) -> tuple[Block, ...]:
    """The blocks of a file; its name is the role, or `mixed`."""
    text = (GRAMMARS / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(_block(part, name if name in ROLES else "") for part in text.split("\n@ ") if part)


def _block(text: str, role: str) -> Block:
    head, *lines = text.removeprefix("@ ").strip().splitlines()
    complexity, *marks = head.split()
    goals = [line[2:] for line in lines if line.startswith("> ")]
    return Block(
        complexity=complexity,
        chain="chain" in marks,
        indirect="indirect" in marks,
        role=role,
        phrases=tuple(line for line in lines if line and not line.startswith("> ")),
        goals=tuple(_goal(goal, role) for goal in goals),
    )


def _goal(text: str, role: str) -> tuple[str, str]:
    if role:
        return role, text
    named, _, goal = text.partition(": ")
    return named, goal


def phrases(name: str) -> tuple[str, ...]:
    """The lines of a file without goals."""
    path: Path = GRAMMARS / f"{name}.txt"
    return tuple(line for line in path.read_text(encoding="utf-8").splitlines() if line)
