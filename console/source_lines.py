"""The text of the lines that findings are about, read within the policy of the specialists."""

from __future__ import annotations

from pathlib import Path

from agents.finding import Finding
from agents.tools.files import read_text
from agents.tools.process import Processes
from agents.tools.workplace import Workplace

MAX_BYTES = 2_000_000
"""Of a longer file no line is read; its findings are told apart without."""


class SourceLines:
    """A `TextOf` over a repository; reads each file once."""

    def __init__(self, root: Path) -> None:
        self._workplace = Workplace(root.resolve(), Processes())
        self._files: dict[str, list[str]] = {}

    def __call__(self, finding: Finding) -> str | None:
        """The line; None where there is no such line, or the file may not be read."""
        if finding.path is None or not finding.line or finding.line < 1:
            return None
        lines = self._lines(finding.path)
        return lines[finding.line - 1] if finding.line <= len(lines) else None

    def _lines(self, name: str) -> list[str]:
        if name not in self._files:
            text = read_text(self._workplace, name, MAX_BYTES)
            self._files[name] = [] if text is None else text.split("\n")
        return self._files[name]
