"""Runs the checks that fit some files: those of the surveys, on these files alone.

A check finds what was wrong before, too. Who wants to know what a change broke checks before it,
and compares: `Checked.beside`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from agents.evidence import Evidence
from agents.finding import Finding, Severity
from agents.surveys.code_blocks import broken_examples
from agents.surveys.dockerfiles import dockerfiles
from agents.surveys.ledger import Ledger
from agents.surveys.links import broken_links
from agents.surveys.lint import lint
from agents.surveys.look import take
from agents.surveys.notes import Notes, Part
from agents.surveys.run_steps import run_steps
from agents.surveys.workflows import schemas, zizmor
from agents.tools.tree import Tree
from agents.tools.workplace import Workplace

PARTS: tuple[Part, ...] = (
    schemas, zizmor, run_steps, dockerfiles, lint, broken_links, broken_examples,
)  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """What the checks said."""

    findings: tuple[Finding, ...]
    evidence: tuple[Evidence, ...]

    def beside(self, known: Collection[str]) -> tuple[Finding, ...]:
        """Findings that are worth stopping for and were not there before."""
        new = (f for f in self.findings if fault_of(f) not in known)
        return tuple(f for f in new if f.severity is not Severity.NOTE)

    @property
    def faults(self) -> list[str]:
        """What was found, as `beside` compares it."""
        return [fault_of(finding) for finding in self.findings]


async def check(workplace: Workplace, paths: Sequence[str], ledger: Ledger) -> Checked:
    """Check the files as they are now; those that are gone are left out."""
    there = tuple(sorted({path for path in paths if (workplace.root / path).is_file()}))
    if not there:
        return Checked((), ())
    notes = Notes(Tree(workplace, there), ledger)
    for part in PARTS:
        await take(part, notes)
    looked = notes.survey()
    return Checked(looked.findings, looked.evidence)


def fault_of(finding: Finding) -> str:
    """What stays the same when lines move."""
    return f"{finding.path} {finding.rule} {finding.message}"
