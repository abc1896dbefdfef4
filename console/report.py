"""A report on paper (Markdown, for files and pipes) and on a terminal: findings worst first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from agents.finding import Finding, Severity
from agents.report import Report
from agents.role import Role
from agents.wording import line
from console.clean import clean, one_line
from console.terminal import write
from console.words import count, duration, place
from models.usage import Usage

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
_REMOTE = re.compile(r"!(?=\[)|<(?=\s*(?:img|iframe|script|object|embed|video|audio|link)\b)", re.I)
"""What would make a viewer of the report fetch something."""


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """By severity, then by place."""
    return sorted(findings, key=lambda one: (one.severity.rank, one.path or "", one.line or 0))


def markdown(report: Report, session: str = "") -> str:
    """The whole report as Markdown that loads nothing from anywhere."""
    return "\n".join(_paragraphs(report, session)).rstrip("\n") + "\n"


def screen(report: Report, session: str = "") -> Group:
    """The whole report for a terminal."""
    parts: list[RenderableType] = [Markdown(_answer(report), hyperlinks=False)]
    if report.product:
        parts += [Text(), Markdown(_harmless(report.product), hyperlinks=False)]
    if report.findings:
        parts += [Text(), _table(worst_first(report.findings))]
    for title, items in (
        ("Mended", [line(finding) for finding in report.fixed]),
        ("Changes", report.changes),
        ("Open questions", report.open_questions),
    ):
        if items:
            parts += [Text(), Text(title, "bold"), *(_bullet(item) for item in items)]
    if report.usage:
        parts += [Text(), Text(_spent(report.usage), "dim")]
    if session:
        parts.append(Text(_more(report, session), "dim"))
    return Group(*parts)


def show(out: Console, report: Report, session: str = "") -> None:
    """On stdout: drawn on a terminal, Markdown into a pipe or a file."""
    if out.is_terminal:
        out.print(screen(report, session))
    else:
        write(out, markdown(report, session))


def _paragraphs(report: Report, session: str) -> Iterator[str]:
    yield from (_answer(report), "")
    if report.product:
        yield from (_harmless(report.product), "")
    if report.findings:
        yield from ("## Findings", "", "| severity | where | what | rule | evidence |")
        yield "|---|---|---|---|---|"
        yield from (_row(finding) for finding in worst_first(report.findings))
        yield ""
    yield from _list("Mended", [line(finding) for finding in report.fixed])
    yield from _list("Changes", report.changes)
    yield from _list("Open questions", report.open_questions)
    if report.usage:
        yield _spent(report.usage)
    if session:
        yield from ("", _more(report, session))


def _answer(report: Report) -> str:
    return _harmless(report.answer)


def _harmless(text: str) -> str:
    return _REMOTE.sub(lambda match: "&lt;" if match[0] == "<" else "", clean(text).strip())


def _row(finding: Finding) -> str:
    what = finding.message + (f" Fix: {finding.fix}" if finding.fix else "")
    cells = (
        finding.severity.value,
        place(finding.path, finding.line),
        what,
        finding.rule,
        ", ".join(finding.evidence),
    )
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    """Text that stays text inside a Markdown table."""
    return re.sub(r"([\\|`\[*])", r"\\\1", one_line(text)).replace("<", "&lt;")


def _list(title: str, items: Sequence[str]) -> Iterator[str]:
    if items:
        yield from (f"## {title}", "", *(f"- {_cell(item)}" for item in items), "")


def _table(findings: Sequence[Finding]) -> Table:
    table = Table(title=Text("Findings", "bold"), title_justify="left", expand=False)
    table.add_column("severity", no_wrap=True)
    table.add_column("where", overflow="fold", ratio=2)
    table.add_column("what", overflow="fold", ratio=4)
    table.add_column("evidence", no_wrap=True)
    for finding in findings:
        table.add_row(
            Text(finding.severity.value, STYLES[finding.severity]),
            Text(place(finding.path, finding.line)),
            _what(finding),
            Text(", ".join(map(one_line, finding.evidence)), "dim"),
        )
    return table


def _what(finding: Finding) -> Text:
    text = Text(one_line(finding.message)).append(f" {one_line(finding.rule)}", "dim")
    return text.append(f"\nfix: {one_line(finding.fix)}", "green") if finding.fix else text


def _bullet(item: str) -> Padding:
    return Padding(Text(f"• {one_line(item)}"), (0, 0, 0, 2))


def _spent(usage: Mapping[Role, Usage]) -> str:
    """All roles together in one line."""
    total = sum(usage.values(), Usage())
    return (
        f"{count(total.prompt_tokens, 'prompt token')} ({total.reused_tokens:,} reused) · "
        f"{total.thinking_tokens:,} thinking · {total.answer_tokens:,} answer · "
        f"{duration(total.seconds)} of model time{_together(total)}"
    )


def _together(usage: Usage) -> str:
    """How many calls shared the machine's work, where any did."""
    return f" · {usage.occupancy:.1f} calls a batch" if usage.occupancy > 1 else ""


def _more(report: Report, session: str) -> str:
    """What to type next."""
    undo = f" · cadre sessions undo {session}" if report.changes else ""
    return f"session {session} · cadre sessions show {session} · cadre thoughts {session}{undo}"
