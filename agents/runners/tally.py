"""What one run of tests told: its cases, counted."""

from dataclasses import dataclass

from agents.runners.case import Case, Status


@dataclass(frozen=True)
class Tally:
    """The cases, in the order in which they were told."""

    cases: tuple[Case, ...] = ()
    unnamed: int = 0
    """Tests that passed without being named."""

    @property
    def passed(self) -> int:
        """How many passed."""
        return self.unnamed + self._count(Status.PASSED)

    @property
    def total(self) -> int:
        """All of them, skipped ones included."""
        return self.unnamed + len(self.cases)

    @property
    def failures(self) -> tuple[Case, ...]:
        """Those that failed or could not run."""
        return tuple(case for case in self.cases if case.bad)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally((*self.cases, *other.cases), self.unnamed + other.unnamed)

    def __str__(self) -> str:
        counts = {
            "failed": self._count(Status.FAILED),
            "could not run": self._count(Status.ERROR),
            "passed": self.passed,
            "skipped": self._count(Status.SKIPPED),
        }
        return ", ".join(f"{n:,} {word}" for word, n in counts.items() if n) or "no test ran"

    def slowest(self, most: int = 3, least: float = 0.1) -> tuple[Case, ...]:
        """The cases that took longest, as far as they took `least` seconds."""
        slow = [case for case in self.cases if case.seconds >= least]
        return tuple(sorted(slow, key=lambda case: -case.seconds)[:most])

    def _count(self, status: Status) -> int:
        return sum(case.status is status for case in self.cases)
