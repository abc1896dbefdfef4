"""What a role can be given: one model that can switch its thinking, or a pair of siblings.

A model that never thinks refuses a call that should, and the other way round; so a role gets a
model that does both, or an Instruct model with its Thinking sibling for the calls that think.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from models.catalogue.book import catalogue, find
from models.catalogue.entry import Entry, Quantisation
from models.catalogue.need import Need, need_of
from models.catalogue.quantisation import USUAL


@dataclass(frozen=True, slots=True)
class Choice:
    """A model, or a pair, in one quantisation."""

    entry: Entry
    thinking: Entry | None = None
    """The sibling for calls that think; None: the model itself."""
    quantisation: Quantisation = USUAL

    @property
    def name(self) -> str:
        """As a person says it."""
        return self.entry.name if self.thinking is None else f"{self.entry.name} and -Thinking"

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The files that are loaded."""
        return (self.entry,) if self.thinking is None else (self.entry, self.thinking)

    def needs(self, context: int) -> tuple[Need, ...]:
        """What each file needs."""
        return tuple(need_of(entry, context, self.quantisation) for entry in self.entries)

    def total(self, context: int) -> int:
        """Bytes of all files in memory."""
        return sum(need.total for need in self.needs(context))

    def quantised(self, quantisation: Quantisation) -> Choice:
        """The same in another quantisation."""
        return replace(self, quantisation=quantisation)


def ladder(context: int) -> list[Choice]:
    """Every choice that can hold so long a context, from the fewest parameters to the most."""
    able = (choice for choice in _choices() if choice.entry.context >= context)
    return sorted(able, key=lambda choice: (choice.entry.parameters, choice.total(context)))


def _choices() -> Iterator[Choice]:
    for entry in catalogue().models:
        if entry.thinking == "switch":
            yield Choice(entry)
        elif entry.thinking == "never" and entry.sibling is not None:
            yield Choice(entry, find(entry.sibling))
