"""The tool that shows what a file, or each file of a folder, defines."""

import asyncio
import time

from agents.code.grammar import LANGUAGES, language_of
from agents.code.outline import outline
from agents.code.symbol import Symbol
from agents.tools.excerpt import clip_lines
from agents.tools.files import read_text
from agents.tools.listing import list_names
from agents.tools.tool import Arguments, Kind, Result, Tool
from agents.tools.workplace import Workplace

MAX_BYTES = 2_000_000
"""A longer file was not written by hand."""

SECONDS = 8.0
"""For a folder."""


class Outline(Arguments):
    """Show the classes and functions of a file, with their lines; of a folder, file by file."""

    path: str = "."


async def _outline(workplace: Workplace, arguments: Outline) -> Result:
    path = workplace.resolve(arguments.path)
    if not path.exists():
        return Result(f"there is no {arguments.path}", exit_code=1)
    name = workplace.name(path)
    if path.is_dir():
        return await _folder(workplace, name)
    language = language_of(name)
    if language is None:
        known = ", ".join(LANGUAGES)
        return Result(f"{name} is in no language that is read here ({known})", exit_code=1)
    text = read_text(workplace, name, MAX_BYTES)
    if text is None:
        return Result(f"{name} is binary, or longer than {MAX_BYTES:,} bytes", exit_code=1)
    try:
        symbols = await asyncio.to_thread(outline, text, language)
    except ValueError as error:
        return Result(f"{name}: {error}", exit_code=1)
    if not symbols:
        return Result(f"{name} defines nothing")
    lines = [_line(symbol) for symbol in symbols]
    return Result(clip_lines(lines, workplace.budget_chars, len(lines), "read the file instead"))


async def _folder(workplace: Workplace, folder: str) -> Result:
    names = [name for name in await list_names(workplace, folder) if language_of(name)]
    if not names:
        return Result("(no code in a language that is read here)", exit_code=1)
    lines: list[str] = []
    room, end = workplace.budget_chars, time.monotonic() + SECONDS
    for name in names:
        if room < 0 or time.monotonic() > end:
            break
        lines.append(await asyncio.to_thread(_file, workplace, name))
        room -= len(lines[-1]) + 1
    more = "give a file, or a folder further down"
    return Result(clip_lines(lines, workplace.budget_chars, len(names), more))


def _file(workplace: Workplace, name: str) -> str:
    """One line for a file: what it defines at the top."""
    text = read_text(workplace, name, MAX_BYTES)
    if text is None:
        return f"{name}: not read"
    try:
        symbols = outline(text, language_of(name) or "")
    except ValueError as error:
        return f"{name}: {error}"
    tops = [f"{s.kind} {s.name}" for s in symbols if not s.parent and s.kind != "variable"]
    return f"{name}: {', '.join(dict.fromkeys(tops)) or 'nothing'}"


def _line(symbol: Symbol) -> str:
    depth = symbol.parent.count(".") + 1 if symbol.parent else 0
    return f"{symbol.line}-{symbol.end}\t{'  ' * depth}{symbol.signature}"


OUTLINE = Tool("outline", Kind.READ, Outline, _outline, paths=("path",))
