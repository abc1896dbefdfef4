"""Runs the checkers that come with Cadre: zizmor, check-jsonschema, hadolint, ruff.

They only read. They are found beside the running Python first, whose versions we know, then on
PATH. One that is missing or crashes is a fact with evidence, never an exception.
"""

import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agents.finding import Finding
from agents.surveys.notes import Notes
from agents.tools.process import Ran
from agents.tools.tool import Result

SECONDS = 40


@dataclass(frozen=True)
class Check:
    """One run of a checker."""

    name: str
    argv: tuple[str, ...]
    """Without the place where the checker was found, so that evidence reads the same everywhere."""
    ran: Ran

    @property
    def data(self) -> Any:  # Any: JSON as the checker writes it; the caller knows its shape
        """What it printed as JSON; None where it printed none."""
        try:
            return json.loads(self.ran.stdout)
        except ValueError:
            return None


async def run_checker(notes: Notes, name: str, *arguments: str) -> Check:
    """Run a checker in the repository's root."""
    beside = Path(sys.executable).with_name(name)
    program = str(beside) if beside.is_file() else shutil.which(name) or name
    root = notes.workplace.root
    ran = await notes.workplace.run(
        [program, *arguments], cwd=root, timeout=SECONDS, max_bytes=20_000_000
    )
    return Check(name, (name, *arguments), ran)


def conclude(notes: Notes, check: Check, findings: Sequence[Finding], also: str = "") -> str:
    """Keep the check and its findings, which then cite it; gives the evidence's id."""
    lines = [_line(finding) for finding in findings] + ([also] if also else [])
    text = "\n".join(lines) or "nothing found"
    result = Result(text, check.ran.exit_code, check.ran.seconds)
    id = notes.keep(check.name, {"argv": list(_shortened(check.argv))}, result)
    notes.found(*(f.model_copy(update={"evidence": (*f.evidence, id)}) for f in findings))
    return id


def failed(notes: Notes, check: Check) -> str:
    """Keep a check that gave no answer, and say so; gives the evidence's id."""
    said = check.ran.output.strip() or "it said nothing"
    result = Result(said, check.ran.exit_code or 1, check.ran.seconds)
    id = notes.keep(check.name, {"argv": list(_shortened(check.argv))}, result)
    why = said.splitlines()[-1][:120]
    notes.say(f"{check.name} gave no answer (exit code {check.ran.exit_code}): {why}", id)
    return id


def _line(finding: Finding) -> str:
    fix = f" Fix: {finding.fix}" if finding.fix else ""
    return f"{finding.path}:{finding.line or 1}: {finding.rule}: {finding.message}.{fix}"


def _shortened(argv: tuple[str, ...], most: int = 20) -> tuple[str, ...]:
    if len(argv) <= most:
        return argv
    return (*argv[:most], f"… and {len(argv) - most:,} more")
