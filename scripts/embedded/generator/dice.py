"""Chance, seeded: the only source of randomness in this package."""

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A seeded generator with the few throws that grammars need."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)

    def chance(self, share: float) -> bool:
        """True in that share of the throws."""
        return self._random.random() < share

    def pick(self, things: Sequence[T]) -> T:
        """One of them."""
        return self._random.choice(things)

    def some(self, things: Sequence[T], count: int) -> list[T]:
        """`count` different ones, in random order; all of them where there are fewer."""
        return self._random.sample(things, min(count, len(things)))

    def weighted(self, weights: Mapping[T, float]) -> T:
        """One of the keys, by its weight."""
        return self._random.choices(list(weights), list(weights.values()))[0]

    def summed(self, things: Sequence[T], sums: Sequence[float]) -> T:
        """One of the things, by its weight; `sums` holds the weights added up."""
        return self._random.choices(things, cum_weights=sums)[0]

    def number(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return self._random.randint(low, high)
