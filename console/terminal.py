"""Where Cadre writes: the result on stdout, everything else on stderr.

Markup, emoji codes and highlighting are off: what is printed is text, never instructions. rich
itself honours NO_COLOR; a dumb terminal gets plain lines.
"""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from console.clean import one_line
from models.errors import CadreError


class Stream(Console):
    """A rich console that tells when its reader has gone, where rich would end the process."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


@dataclass(frozen=True)
class Terminal:
    """The two streams, and whether a person is there."""

    out: Console
    err: Console

    @property
    def lively(self) -> bool:
        """Whether progress may be drawn over itself."""
        return self.err.is_terminal and not self.err.is_dumb_terminal

    @property
    def answers(self) -> bool:
        """Whether somebody can be asked: a question on stderr, an answer on stdin."""
        return self.err.is_terminal and sys.stdin is not None and sys.stdin.isatty()

    def tell(self, text: str, style: str = "") -> None:
        """One line on stderr, uncut; nothing where nobody reads it."""
        with contextlib.suppress(BrokenPipeError):
            self.err.print(Text(text, style), soft_wrap=True)

    def note(self, text: str) -> None:
        """What a person should know of a run that goes on."""
        self.tell(f"note: {text}", "yellow")

    def tell_error(self, error: CadreError) -> None:
        """What went wrong, and what to type next."""
        lines = Text("error: ", "bold red").append(one_line(error.message), "default")
        if error.hint:
            lines.append("\nhint: ", "bold").append(one_line(error.hint), "default")
        with contextlib.suppress(BrokenPipeError):
            self.err.print(lines, soft_wrap=True)


def this_terminal() -> Terminal:
    """The streams of this process, as they are now."""
    return Terminal(out=_stream(stderr=False), err=_stream(stderr=True))


def write(out: Console, text: str) -> None:
    """The text exactly as it is, for a file or a pipe; BrokenPipeError when nobody reads it."""
    try:
        out.file.write(text)
        out.file.flush()
    except BrokenPipeError:
        raise BrokenPipeError from None  # without its number, which typer would end the process for


def silence_stdout() -> None:
    """Send the rest of stdout nowhere, since its reader has gone: Python flushes it at the end."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except OSError:
        return  # no file behind stdout, as under a test: then nothing will be flushed to it


def _stream(*, stderr: bool) -> Stream:
    return Stream(stderr=stderr, markup=False, highlight=False, emoji=False)
