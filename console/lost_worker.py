"""How the loss of an RPC worker is told while a run is watched: its last event, its last lines."""

from __future__ import annotations

import contextlib
import os
import sys
import termios
from collections.abc import Callable, Iterator

from console.interrupts import SHOW_CURSOR
from console.json_lines import JsonLines
from console.terminal import Terminal
from models.errors import RunError
from models.lost_worker import EXIT_CODE, told_by


@contextlib.contextmanager
def losses_told(terminal: Terminal, lines: JsonLines | None = None) -> Iterator[None]:
    """Until this ends the process, if it loses a worker, leaves the terminal in order."""
    put_back = _as_it_is()

    def tell(error: RunError) -> None:
        put_back()
        terminal.tell_error(error)
        if terminal.lively:
            os.write(2, SHOW_CURSOR)
        if lines is not None:
            lines.fail(error.message, error.hint, EXIT_CODE)

    with told_by(tell):
        yield


def _as_it_is() -> Callable[[], object]:
    """What takes the terminal's keyboard back to how it is now: a question leaves it raw."""
    try:
        keyboard = sys.stdin.fileno()
        modes = termios.tcgetattr(keyboard)
    except (OSError, ValueError, AttributeError, termios.error):
        return lambda: None
    return lambda: termios.tcsetattr(keyboard, termios.TCSANOW, modes)
