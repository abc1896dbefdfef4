"""The tool that finds a name in the repository's code: where it is defined, and where it is used.

git narrows the files down first, so that only those are parsed in which the name stands at all.
"""

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from agents.code.grammar import language_of
from agents.code.outlines import MAX_BYTES
from agents.code.uses import uses
from agents.tools.excerpt import LINE_CHARS, clip_line, clip_lines
from agents.tools.files import read_text
from agents.tools.git import git, only
from agents.tools.policy import Target, refusal
from agents.tools.tool import Arguments, Kind, Result, Tool
from agents.tools.workplace import Workplace

SECONDS = 10.0
"""For parsing; what was found until then is told."""

MAX_USES = 300

MAX_OTHERS = 200
"""Files in no language that is read, which are only named."""

NAME = re.compile(r"[\w$@]+[?!]?")

DEFINES = (
    r"(def|class|func|fn|function|fun|type|struct|union|interface|trait|enum|record|impl|mod|module|"
    r"namespace|macro_rules!|const|let|var|static|#[ \t]*define)[ \t]+([^=(;]*[^A-Za-z0-9_])?"
)
"""What mostly stands before a name that is being defined; only the order of files rests on it."""


class FindSymbol(Arguments):
    """Find where a function, class or variable is defined, and every use of it in code."""

    name: str
    """such as run or Engine.run"""
    path: str = "."
    """folder"""


@dataclass
class _Found:
    """What was found so far."""

    defined: list[str] = field(default_factory=list)
    used: list[str] = field(default_factory=list)
    unread: int = 0
    """Files that were too long, too hard, or whose turn did not come."""


async def _find_symbol(workplace: Workplace, arguments: FindSymbol) -> Result:
    *parents, name = re.split(r"\.|::|#", arguments.name.strip()) or [""]
    if not NAME.fullmatch(name):
        return Result(f"{arguments.name!r} is no name; give one such as run or Engine.run", 1)
    path = workplace.name(workplace.resolve(arguments.path))
    names = await _files(workplace, name, path)
    code = [each for each in names if language_of(each)]
    found, end = _Found(), time.monotonic() + SECONDS
    for number, file in enumerate(code):
        if time.monotonic() > end or len(found.used) > MAX_USES:
            found.unread += len(code) - number
            break
        await asyncio.to_thread(_look, workplace, file, (name, parents), found)
    others = [each for each in names if not language_of(each)][:MAX_OTHERS]
    elsewhere = [each for each in others if not _refused(workplace, each)]
    return _told(found, arguments.name, elsewhere, workplace.budget_chars)


async def _files(workplace: Workplace, name: str, path: str) -> list[str]:
    """Files with the word in them, those first that seem to define it."""
    word = name if NAME.fullmatch(name) and not name.endswith(("?", "!")) else name[:-1]
    escaped = re.sub(r"([$?])", r"\\\1", word)
    every = await _grep(workplace, "-F", "-w", "-e", word, path=path)
    first = set(await _grep(workplace, "-E", "-e", f"{DEFINES}{escaped}", path=path))
    return sorted(every, key=lambda file: (file not in first, file))


async def _grep(workplace: Workplace, *pattern: str, path: str) -> Sequence[str]:
    ran = await git(
        workplace,
        *("grep", "--no-textconv", "--untracked", "-I", "-l", "-z", "--no-color"),
        *(*pattern, "--", only(path)),
        timeout=15,
        max_bytes=16_000_000,
    )
    return [name for name in ran.stdout.split("\0") if name] if ran.exit_code == 0 else ()


def _look(workplace: Workplace, file: str, wanted: tuple[str, list[str]], found: _Found) -> None:
    """Look through one file; `wanted`: the name, and what it has to be a part of."""
    name, parents = wanted
    text = read_text(workplace, file, MAX_BYTES)
    try:
        places = uses(text, language_of(file) or "", name) if text is not None else None
    except ValueError:
        places = None
    if places is None:
        found.unread += 1
        return
    for use in places:
        where = f"{file}:{use.line}:"
        if use.symbol is None:
            found.used.append(f"{where} {clip_line(use.text, LINE_CHARS)}")
        elif not parents or use.symbol.parent.split(".")[-len(parents) :] == parents:
            shown = f"{use.symbol.kind} {use.symbol.path}: {use.symbol.signature}"
            found.defined.append(f"{where} {shown}")


def _refused(workplace: Workplace, name: str) -> bool:
    """Not even that a word stands in a secret file is told."""
    try:
        return refusal(Target(name, workplace.resolve(name)), workplace.root) is not None
    except (OSError, ValueError):
        return True


def _told(found: _Found, name: str, elsewhere: Sequence[str], budget: int) -> Result:
    notes = []
    if found.unread:
        notes.append(f"… {found.unread:,} files with the word were not looked through")
    if elsewhere:
        more = f" and {len(elsewhere) - 5:,} more" if len(elsewhere) > 5 else ""
        notes.append(f"Named in other files: {', '.join(elsewhere[:5])}{more}")
    if not found.defined and not found.used:
        return Result("\n".join([f"no code has the name {name}", *notes]), exit_code=1)
    lines = [f"Defined ({len(found.defined)}):", *found.defined] if found.defined else []
    lines += [f"Used ({len(found.used)}):", *found.used] if found.used else ["Used nowhere"]
    room = max(500, budget - sum(map(len, notes)) - 2)
    shown = clip_lines(lines, room, len(lines), "narrow the path")
    return Result("\n".join([shown, *notes]))


FIND_SYMBOL = Tool("find_symbol", Kind.READ, FindSymbol, _find_symbol, paths=("path",))
