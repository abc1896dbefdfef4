"""One rule that a file breaks, or one thing worth knowing."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Rule = Literal[
    "header", "data", "shards", "kind", "missing", "extra", "misplaced", "shape", "order", "type"
]


class Finding(BaseModel):
    """What was expected where, and what stands there."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    rule: Rule
    """Which kind of rule it is."""
    where: str
    """The tensor's name; else the key of the metadata, or the file."""
    expected: str
    """What the architecture or the format asks for."""
    found: str
    """What the file has."""
    broken: bool = True
    """False: a note; the model runs all the same."""

    @property
    def text(self) -> str:
        """In one line."""
        return f"{self.where}: expected {self.expected}, found {self.found}"
