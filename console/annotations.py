"""Findings as GitHub's workflow commands, which show them beside the lines of a pull request.

A runner obeys every line of a log that is such a command, so what findings say is kept to one line
and escaped (docs.github.com/actions/reference/workflow-commands-for-github-actions). Pure.

Without annotations from the future, since that is the name of what stands here.
"""

from collections.abc import Iterator, Sequence

from agents.finding import Finding, Identified, Severity
from agents.report import Report
from console.clean import one_line
from console.compared import Compared, worst
from console.report import markdown
from console.words import count

MOST = 10
"""Of each kind GitHub shows no more of a step."""

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}

MESSAGE_CHARS = 2_000

SUMMARY_BYTES = 1_000_000
"""GitHub refuses the summary of a step that is larger than 1 MiB."""


def annotations(found: Sequence[Identified]) -> str:
    """A command a line, the worst first, and how many more there are of a kind."""
    return "".join(f"{line}\n" for line in _lines([finding for _, finding in worst(found)]))


def summary(report: Report, compared: Compared) -> str:
    """A step's summary in Markdown: how many of which severity, then the report."""
    head = f"**{_counted(compared.new + compared.unchanged)}**{_moved(compared)}\n\n"
    whole = head + markdown(report)
    if len(whole.encode("utf-8", "replace")) <= SUMMARY_BYTES:
        return whole
    return _beginning(
        f"{head}The report is too long for a summary; its end is left out.\n\n{whole}"
    )


def _lines(findings: Sequence[Finding]) -> Iterator[str]:
    for severity, command in COMMANDS.items():
        of_kind = [finding for finding in findings if finding.severity is severity]
        yield from (_command(command, finding) for finding in of_kind[:MOST])
        if len(of_kind) > MOST:
            yield f"{count(len(of_kind) - MOST, f'more {severity}')} in the summary and the report"


def _command(command: str, finding: Finding) -> str:
    line = finding.line if finding.path and finding.line and finding.line > 0 else None
    properties = {
        "file": finding.path and one_line(finding.path),
        "line": line and str(line),
        "title": one_line(f"{finding.rule} ({finding.tool})", 120),
    }
    given = ",".join(f"{name}={_property(text)}" for name, text in properties.items() if text)
    message = finding.message + (f" Fix: {finding.fix}" if finding.fix else "")
    return f"::{command} {given}::{_data(one_line(message, MESSAGE_CHARS))}"


def _data(text: str) -> str:
    """The order matters: `%` first, since the others bring new ones."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _counted(found: Sequence[Identified]) -> str:
    kinds = [(kind, sum(one.severity is kind for _, one in found)) for kind in Severity]
    return ", ".join(count(number, kind) for kind, number in kinds if number) or "Nothing found"


def _moved(compared: Compared) -> str:
    if not compared.baseline:
        return ""
    return f" ({len(compared.new):,} new, {len(compared.fixed):,} fixed since the earlier run)"


def _beginning(text: str) -> str:
    """Whole lines of the text that fit."""
    start = text.encode("utf-8", "replace")[:SUMMARY_BYTES].decode(errors="ignore")
    return start.rpartition("\n")[0] + "\n"
