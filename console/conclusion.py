"""The end of a run: its result on stdout and in files, a word on stderr, and the exit code."""

from __future__ import annotations

import json

from agents.finding import Severity
from agents.report import Report
from console import output_files
from console.exits import Exit
from console.follow import Ending, Stopped
from console.json_lines import JsonLines
from console.options import Output
from console.release import release
from console.report import markdown, show
from console.sarif import document
from console.terminal import Terminal, silence_stdout
from models.errors import CadreError, RunError


def conclude(ending: Ending, output: Output, terminal: Terminal, lines: JsonLines) -> Exit:
    """Shows how it ended, and says so to the shell."""
    if ending.stopped:
        return _stopped(ending, output, terminal, lines)
    if ending.failed:
        terminal.tell_error(CadreError(ending.failed.message, ending.failed.hint))
        return Exit(ending.failed.exit_code)
    if ending.report is None:
        raise RunError("the run ended without a report", how_to_resume(ending.session))
    return _done(ending.report, ending.session, output, terminal)


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


def _done(report: Report, session: str, output: Output, terminal: Terminal) -> Exit:
    if output.report:
        output_files.write(output.report, markdown(report, session))
    if output.sarif:
        output_files.write(output.sarif, json.dumps(document(report, release()), indent=2) + "\n")
    if not output.json:
        _show(report, session, terminal)
    return Exit.FINDINGS if _too_bad(report, output) else Exit.DONE


def _show(report: Report, session: str, terminal: Terminal) -> None:
    """The run is done and kept, so a reader who left early takes nothing away from it."""
    try:
        show(terminal.out, report, session)
    except BrokenPipeError:
        silence_stdout()
        terminal.tell(f"the rest of the report: cadre sessions show {session}")


def _too_bad(report: Report, output: Output) -> bool:
    if output.fail_on == "none":
        return False
    limit = Severity(output.fail_on).rank
    return any(finding.severity.rank <= limit for finding in report.findings)
