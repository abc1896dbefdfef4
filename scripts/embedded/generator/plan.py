"""The coordinator's examples: a request, a short trace that names its cues, and the plan."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agents.goals import goals_of
from generator.dice import Dice
from generator.example import Example, asked
from generator.request import Part, Wish, wish
from generator.span import cues_of, text_of

FIXING = (
    "fix",
    "repair",
    "mend",
    "sort out",
    "resolve",
    "correct",
    "patch",
    "deal with",
    "get rid",
)
SHIPS = re.compile(
    r"\b(release|tag|commit it|open a pr|pull request|ship|publish)\b", re.IGNORECASE
)
LAST = ("Prepare", "Set the tag", "Commit", "Open the pull", "Write the release")


@dataclass(frozen=True)
class Piece:
    """A task before it has a number."""

    role: str
    goal: str
    complexity: str
    waits: bool
    ships: bool
    """A release, a tag or a commit: it comes after everything else."""


def plan_example(dice: Dice) -> Example:
    """Some request with its plan."""
    asked_for = wish(dice)
    tasks = tasks_of(asked_for)
    told = f"{overview(dice)}\nRequest: {asked_for.text}"
    answer = json.dumps({"tasks": tasks}, ensure_ascii=False)
    return Example("plan", asked("plan", told), trace(asked_for, tasks), answer)


def overview(dice: Dice) -> str:
    """What a look at the repository finds there, in one line; see `agents/overview.py`."""
    parts = ("tests", "workflows", "container files", "documentation")
    return f"Repository: {', '.join(p for p in parts if dice.chance(0.85)) or 'other files'}"


def tasks_of(asked_for: Wish) -> list[dict[str, Any]]:  # Any: JSON
    """The plan's tasks, in an order in which each needs only those before it."""
    goals = goals_of(asked_for.text)
    pieces = [
        piece for part in asked_for.parts for piece in _pieces(part, goals, len(asked_for.parts))
    ]
    pieces = _in_order(pieces, asked_for.text)
    mends = any(word in asked_for.text.lower() for word in FIXING)
    tasks: list[dict[str, Any]] = []
    for piece in pieces:
        needs = _needs(piece, tasks, mends)
        tasks.append(
            {
                "id": f"t{len(tasks) + 1}",
                "role": piece.role,
                "goal": piece.goal,
                "needs": needs,
                "complexity": piece.complexity,
            }
        )
    return tasks


def _pieces(part: Part, goals: Sequence[str], parts: int) -> list[Piece]:
    pieces = []
    cues = cues_of(part.spans)
    for number, (role, goal) in enumerate(part.ask.tasks):
        waits = part.after if number == 0 else part.ask.chain
        own = [cue for of, cue in cues if of == role]
        words = (
            _goal(own or [text_of(part.spans)], goals)
            if parts > 1 or part.ask.tasks[1:]
            else goals[0]
        )
        ships = role == "github" and (goal.startswith(LAST) or bool(SHIPS.search(" ".join(own))))
        pieces.append(Piece(role, words, part.ask.complexity, waits, ships))
    return pieces


def _goal(cues: Sequence[str], goals: Sequence[str]) -> str:
    """The clause in which all that tells of the role stands; the whole request where none does."""
    whole, *clauses = goals
    said = [" ".join(cue.split()).strip(" ,;:.!?-") for cue in cues]
    return next((clause for clause in clauses if all(cue in clause for cue in said)), whole)


def _in_order(pieces: list[Piece], text: str) -> list[Piece]:
    """Testing before development where something is mended; what ships comes last."""
    if any(piece.waits for piece in pieces):
        return pieces
    mends = any(word in text.lower() for word in FIXING)

    def place(piece: Piece) -> tuple[bool, bool]:
        return piece.ships, mends and piece.role == "development"

    return sorted(pieces, key=place)


def _needs(piece: Piece, before: list[dict[str, Any]], mends: bool) -> list[str]:
    """Ids; at most three, as the plan's schema has it."""
    if piece.waits and before:
        return [before[-1]["id"]]
    if piece.ships:
        return [task["id"] for task in before][-3:]
    if mends and piece.role == "development":
        return [task["id"] for task in before if task["role"] == "testing"]
    return []


def trace(asked_for: Wish, tasks: list[dict[str, Any]]) -> str:
    """Line by line each role with its cues, then what follows for the plan; every quoted cue stands
    in the request. The role comes first: what it is read from is the request, not a copy of it."""
    if asked_for.form == "nobody" or not tasks:
        return "nobody: nothing is asked about the repository"
    said = [f'{role}: not "{out}"' for role, out in asked_for.left_out]
    waits = [f"{task['id']} after {', '.join(task['needs'])}" for task in tasks if task["needs"]]
    if (
        len(tasks) >= 4
        and len(asked_for.parts) == 1
        and not any(span.role for span in asked_for.parts[0].spans)
    ):
        words = _quoted(_first_words(asked_for.parts[0], asked_for.text))
        return "\n".join([f"all: {words}", *said, *waits])
    named = [cue for part in asked_for.parts for cue in _named(part, asked_for.text)]
    order = [task["role"] for task in tasks]
    named.sort(key=lambda line: order.index(line.partition(":")[0]))
    return "\n".join([*named, *said, *waits])


def _named(part: Part, whole: str) -> list[str]:
    roles = [role for role, _ in part.ask.tasks]
    cues = [(role, cue) for role, cue in cues_of(part.spans) if role in roles and cue in whole]
    told: dict[str, list[str]] = {role: [] for role in roles}
    for role, cue in cues:
        told[role].append(_quoted(cue))
    missing = [role for role in roles if not told[role]]
    if missing:
        words = _first_words(part, whole)
        told.update({role: [_quoted(words)] for role in missing if words})
    return [f"{role}: {', '.join(cues[:3])}" for role, cues in told.items() if cues]


def _first_words(part: Part, whole: str) -> str:
    """The beginning of the clause, where no single word of it tells whose it is."""
    words = text_of(part.spans).split("\n")[0].split(" ")[:6]
    while words and " ".join(words) not in whole:
        words.pop()
    return " ".join(words).strip(",;.")


def _quoted(cue: str) -> str:
    """In quotes; of a cue that has some itself, the longest part without."""
    return '"' + max(cue.split("\n")[0].split('"'), key=len).strip() + '"'
