"""One measured claim: two figures of one run, and their ratio."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Claim:
    """What was measured, against what."""

    work: str
    against: str
    figure: float
    reference: float
    unit: str

    @property
    def ratio(self) -> float:
        """The figure over its reference."""
        return self.figure / self.reference

    def row(self) -> str:
        """A row of a Markdown table."""
        figures = f"{self.figure:.3g} | {self.reference:.3g} {self.unit}"
        return f"| {self.work} | {self.against} | {figures} | {self.ratio:.2f} |"

    def as_json(self) -> dict[str, object]:
        """The same for a file."""
        return {**asdict(self), "ratio": round(self.ratio, 3)}
