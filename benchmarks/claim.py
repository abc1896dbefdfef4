"""One measured claim: the figures of one run, their ratio, and the ratio that was asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Asked:
    """The ratios that are good enough; without a bound every one is."""

    least: float = -math.inf
    most: float = math.inf

    def met_by(self, ratio: float) -> bool:
        """Whether `ratio` is good enough."""
        return self.least <= ratio <= self.most

    def __str__(self) -> str:
        bounds = [f"≥ {self.least:g}"] if self.least > -math.inf else []
        return " and ".join([*bounds, f"≤ {self.most:g}"] if self.most < math.inf else bounds)


@dataclass(frozen=True, slots=True)
class Claim:
    """What was measured, against what; of several rounds the median counts."""

    work: str
    against: str
    figures: tuple[float, ...]
    """Of the work, one a round."""
    references: tuple[float, ...]
    """Of what it is held against, one a round."""
    unit: str
    asked: Asked = Asked()

    @property
    def figure(self) -> float:
        """The median of the work."""
        return median(self.figures)

    @property
    def reference(self) -> float:
        """The median of what it is held against."""
        return median(self.references)

    @property
    def ratio(self) -> float:
        """The figure over its reference."""
        return self.figure / self.reference

    def row(self) -> str:
        """A row of `table`."""
        figures = f"{_short(self.figure)} | {_short(self.reference)} | {self.unit}"
        missed = "" if self.asked.met_by(self.ratio) else ", missed"
        asked = f"{_short(self.ratio)} | {self.asked}{missed}"
        return f"| {self.work} | {self.against} | {figures} | {asked} |"

    def as_json(self) -> dict[str, object]:
        """The same for a file, with every round's figures."""
        return {
            "work": self.work,
            "against": self.against,
            "figure": self.figure,
            "reference": self.reference,
            "unit": self.unit,
            "ratio": round(self.ratio, 4),
            "asked": str(self.asked),
            "met": self.asked.met_by(self.ratio),
            "figures": self.figures,
            "references": self.references,
        }


def table(claims: Sequence[Claim]) -> str:
    """The claims in Markdown."""
    head = [
        "| work | against | figure | reference | unit | ratio | asked |",
        "|---|---|---:|---:|---|---:|---|",
    ]
    return "\n".join([*head, *(claim.row() for claim in claims)])


def _short(figure: float) -> str:
    """Three digits, and all of those before the point."""
    return f"{figure:,.0f}" if figure >= 1000 else f"{figure:.3g}"
