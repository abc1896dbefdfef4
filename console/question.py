"""Asks a person for a line, on stderr, so that stdout stays the result's."""

from __future__ import annotations

import asyncio
import sys

from prompt_toolkit import PromptSession
from prompt_toolkit.output import create_output


async def ask(question: str, typed: str = "") -> str:
    """The line typed, where `typed` stands already; EOFError when the person leaves, cancelled by
    Ctrl-C like everything else."""
    session: PromptSession[str] = PromptSession(output=create_output(stdout=sys.stderr))
    try:
        return await session.prompt_async(question, default=typed, handle_sigint=False)
    except KeyboardInterrupt:
        raise asyncio.CancelledError from None
