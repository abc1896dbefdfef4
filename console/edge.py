"""The outermost edge: whatever was raised becomes a line or two on stderr and an exit code."""

from __future__ import annotations

from console.bug import report_bug
from console.exits import Exit
from console.json_lines import JsonLines
from console.terminal import silence_stdout, this_terminal
from models.errors import CadreError, UsageError


def last_word(error: BaseException, *, json: bool) -> Exit:
    """Tells the error to whoever must act; a bug under `--json` on stdout too."""
    match error:
        case CadreError():
            this_terminal().tell_error(error)
            return Exit.of(error)
        case BrokenPipeError():
            silence_stdout()
            return Exit.DONE  # the reader had enough, and nothing was under way
        case KeyboardInterrupt():
            this_terminal().tell("stopped")
            return Exit.INTERRUPTED
        case _:
            line = report_bug(error)
            if json:
                JsonLines().fail("this is a bug in Cadre", "see stderr", Exit.FAILED)
            this_terminal().tell(line)
            return Exit.FAILED


def mistyped(message: str, command: str, *, json: bool) -> Exit:
    """A command line that cannot be understood."""
    error = UsageError(message, f"see: {command} --help")
    if json:
        JsonLines().fail(error.message, error.hint, Exit.USAGE)
    return last_word(error, json=json)
