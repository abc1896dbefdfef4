"""Something that code gives a name to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Symbol:
    """A definition, and where it stands."""

    name: str
    kind: str
    """In the language's own words: function, method, class, struct, trait, variable."""
    line: int
    """The first line of the definition, counted from 1; decorators stand above it."""
    end: int
    """Its last line."""
    signature: str
    """Its head in one line, without its body."""
    parent: str = ""
    """What it is a part of, from the outermost, joined by dots; empty at the top."""

    @property
    def path(self) -> str:
        """Its name behind those of what it is a part of."""
        return f"{self.parent}.{self.name}" if self.parent else self.name
