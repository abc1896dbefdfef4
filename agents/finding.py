"""Something wrong in the repository, with the tool that found it."""

from enum import StrEnum

from agents.word import Word


class Severity(StrEnum):
    """How bad a finding is, worst first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the worst; sorts worst first."""
        return list(Severity).index(self)


class Finding(Word):
    """One fault, where it is, and what shows it."""

    severity: Severity
    message: str
    """What is wrong, in one line."""
    path: str | None = None
    """The file, relative to the repository, with forward slashes."""
    line: int | None = None
    """The line, counted from 1."""
    rule: str
    """The rule's name in the tool that found it, such as `DL3007`."""
    tool: str
    """The tool that found it."""
    evidence: tuple[str, ...] = ()
    """Ids of the evidence that shows it."""
    fix: str | None = None
    """How to mend it, where the tool says so."""
