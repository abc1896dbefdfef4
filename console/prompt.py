"""The prompt of `cadre chat`: a line with a history, completing the words with a slash."""

from __future__ import annotations

import sys
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.output import create_output

from console.slash import Slash
from console.terminal import Terminal


def make_prompt(history: Path) -> PromptSession[str]:
    """A prompt on stderr that remembers, as long as the history's file can be written."""
    return PromptSession(
        history=_history(history),
        completer=WordCompleter(list(Slash), sentence=True),
        complete_while_typing=False,
        output=create_output(stdout=sys.stderr),
    )


async def ask_for_request(prompt: PromptSession[str], terminal: Terminal) -> str | None:
    """The next line; None for Ctrl-D. Ctrl-C throws away what was typed."""
    while True:
        try:
            return await prompt.prompt_async("cadre> ", handle_sigint=False)
        except KeyboardInterrupt:
            terminal.tell("leave with Ctrl-D or /quit", "dim")
        except EOFError:
            return None


def _history(file: Path) -> History:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(file))
