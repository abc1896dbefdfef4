"""Works that are measured in turn."""

from collections.abc import Callable
from typing import TypeVar

Figure = TypeVar("Figure")


def in_turn(rounds: int, *works: Callable[[], Figure]) -> list[tuple[Figure, ...]]:
    """What each work answered, one figure a round; every second round goes backwards."""
    figures: list[list[Figure]] = [[] for _ in works]
    for turn in range(rounds):
        forth = range(len(works))
        for at in forth if turn % 2 == 0 else reversed(forth):
            figures[at].append(works[at]())
    return [tuple(of_work) for of_work in figures]
