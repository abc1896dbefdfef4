"""The end of a run: its result on stdout and in files, a word on stderr, and the exit code."""

from __future__ import annotations

from pathlib import Path

from agents.finding import identified
from agents.report import Report
from console import output_files
from console.baseline import read
from console.compared import Compared, compare, too_bad
from console.exits import Exit
from console.follow import Ending, Stopped
from console.json_lines import JsonLines
from console.options import Output
from console.release import release
from console.report import show
from console.source_lines import SourceLines
from console.terminal import Terminal, silence_stdout
from models.errors import CadreError, RunError


def conclude(
    ending: Ending, output: Output, terminal: Terminal, lines: JsonLines, repo: Path
) -> Exit:
    """Shows how it ended, and says so to the shell. `repo`: where the findings' files are."""
    if ending.stopped:
        return _stopped(ending, output, terminal, lines)
    if ending.failed:
        terminal.tell_error(CadreError(ending.failed.message, ending.failed.hint))
        return Exit(ending.failed.exit_code)
    if ending.report is None:
        raise RunError("the run ended without a report", how_to_resume(ending.session))
    return _done(ending.report, ending.session, output, terminal, repo)


def how_to_resume(session: str) -> str:
    """What to type to go on; empty where nothing was begun."""
    return f"continue with: cadre resume {session}" if session else ""


def _stopped(ending: Ending, output: Output, terminal: Terminal, lines: JsonLines) -> Exit:
    assert ending.stopped
    words = "; ".join(filter(None, (ending.stopped.value, how_to_resume(ending.session))))
    if ending.stopped is Stopped.UNREAD:
        silence_stdout()
    elif output.json:
        lines.fail(ending.stopped.value, how_to_resume(ending.session), Exit.INTERRUPTED)
    terminal.tell(words)
    return Exit.INTERRUPTED


def _done(report: Report, session: str, output: Output, terminal: Terminal, repo: Path) -> Exit:
    found = identified(report.findings, SourceLines(repo))
    compared = compare(found, read(output.baseline) if output.baseline else None)
    for file in output_files.wanted(output):
        text = output_files.rendered(file.format, report, compared, session, release())
        output_files.write(file.path, text)
    if not output.json:
        _show(report, session, terminal)
        _tell_difference(compared, terminal)
    return Exit.FINDINGS if too_bad(compared, output.fail_on) else Exit.DONE


def _tell_difference(compared: Compared, terminal: Terminal) -> None:
    """How this run differs from the earlier one, where there was one."""
    if compared.baseline:
        new, fixed, same = map(len, (compared.new, compared.fixed, compared.unchanged))
        terminal.tell(f"beside the baseline: {new} new, {fixed} fixed, {same} unchanged")


def _show(report: Report, session: str, terminal: Terminal) -> None:
    """The run is done and kept, so a reader who left early takes nothing away from it."""
    try:
        show(terminal.out, report, session)
    except BrokenPipeError:
        silence_stdout()
        terminal.tell(f"the rest of the report: cadre sessions show {session}")
