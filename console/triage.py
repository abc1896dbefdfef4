"""`cadre ci --log FILE`: why a pipeline failed, read from its log by tools; no model is loaded."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agents.logs import findings, told, triage_file
from agents.report import Report
from agents.role import Role
from agents.safety import mask
from agents.tools.process import Processes
from agents.tools.tree import tree_of
from agents.tools.workplace import Workplace
from console import output_files
from console.conclusion import conclude
from console.exits import Exit
from console.follow import Ending
from console.json_lines import JsonLines
from console.options import output_of
from console.team import root_of
from console.terminal import this_terminal
from graphs.events import FindingEvent, Reported
from models.errors import UsageError

EVIDENCE = "t1.1"


def triage(log: str, options: Mapping[str, Any]) -> Exit:  # Any: what was typed, by name
    """The failing step, the first real error, the likely cause, and where it comes from."""
    output, root = output_of(options), root_of(options["repo"])
    output_files.check(output)
    try:
        read = triage_file(None if log == "-" else Path(log), _names(root))
    except OSError as error:
        why = error.strerror or error
        raise UsageError(
            f"cannot read the log {log}: {why}", "name a file, or - for stdin"
        ) from None
    if not read.lines:
        raise UsageError(f"there is no log in {log}", "name the file that the pipeline wrote")
    found = [f.model_copy(update={"evidence": (EVIDENCE,)}) for f in findings(read)]
    masked = [f.model_copy(update={"message": mask(f.message).text}) for f in found]
    report = Report(answer=f"```\n{mask(told(read)).text}\n```", findings=tuple(masked))
    lines = JsonLines()
    if output.json:
        for number, finding in enumerate(masked, 1):
            fields = finding.model_dump()
            lines.see(FindingEvent(seq=number, role=Role.CI_CD, task="t1", **fields))
        lines.see(Reported(seq=len(masked) + 1, report=report))
    return conclude(Ending(report=report), output, this_terminal(), lines, root)


def _names(root: Path) -> tuple[str, ...]:
    """The repository's files, with which places in the log are matched; none outside of one."""
    if not (root / ".git").exists():
        return ()
    try:
        return asyncio.run(tree_of(Workplace(root, Processes()))).names
    except OSError:
        return ()
