"""Replaces a text that occurs once in a file.

It is looked for as it is given; then with the file's line endings; then line by line, without
white space at the ends of lines. Indentation and words are never guessed at.
"""

import difflib
import re

from agents.edits.refused import Refused
from agents.edits.text import Text, with_newlines
from agents.tools.excerpt import clip_line

NEAR_LINES = 20_000
"""So many lines are compared for those that look like what was not found."""


def replaced(text: Text, old: str, new: str) -> str:
    """The text with `new` for `old`; Refused with the places where that is not clear."""
    if not old:
        raise Refused("old is empty; give the text to replace, or use write_file for a new file")
    body = text.body
    for wanted in dict.fromkeys((old, with_newlines(old, text.newline))):
        if start := _only(body, _starts(body, wanted)):
            return _put(text, start - 1, start - 1 + len(wanted), new)
    return _by_lines(text, old, new)


def _starts(body: str, wanted: str) -> list[int]:
    """Where the text begins, also where two of them overlap."""
    starts = []
    start = body.find(wanted)
    while start >= 0:
        starts.append(start)
        start = body.find(wanted, start + 1)
    return starts


def _only(body: str, starts: list[int]) -> int:
    """One more than the only start; 0 where there is none."""
    if len(starts) > 1:
        lines = [body.count("\n", 0, start) + 1 for start in starts]
        raise Refused(f"old occurs {len(starts)} times, {_at(lines)}; give more lines around it")
    return starts[0] + 1 if starts else 0


def _put(text: Text, start: int, end: int, new: str) -> str:
    region = text.body[start:end]
    newline = Text(region).newline if "\n" in region else text.newline
    return text.body[:start] + with_newlines(new, newline) + text.body[end:]


def _by_lines(text: Text, old: str, new: str) -> str:
    lines = lines_of(text.body)
    wanted = [line.rstrip() for line in lines_of(old)]
    found = [n for n in range(len(lines) - len(wanted) + 1) if _fits(lines, wanted, n)]
    if not found or not any(wanted):
        raise Refused(_not_found(lines, wanted, old))
    if len(found) > 1:
        numbers = [n + 1 for n in found]
        raise Refused(f"old occurs {len(found)} times, {_at(numbers)}; give more lines around it")
    start = sum(map(len, lines[: found[0]]))
    region = "".join(lines[found[0] : found[0] + len(wanted)])
    kept = region if old.endswith("\n") else region.rstrip("\r\n")
    return _put(text, start, start + len(kept), new)


def lines_of(body: str) -> list[str]:
    """Its lines with their ends; only a newline ends a line."""
    return re.findall(r"[^\n]*\n|[^\n]+", body)


def _fits(lines: list[str], wanted: list[str], at: int) -> bool:
    return all(lines[at + n].rstrip() == line for n, line in enumerate(wanted))


def _at(lines: list[int]) -> str:
    shown = ", ".join(map(str, lines[:8])) + (" …" if len(lines) > 8 else "")
    return f"at lines {shown}"


def _not_found(lines: list[str], wanted: list[str], old: str) -> str:
    told = "old does not occur in the file"
    if all(re.match(r"\s*\d+\t", line) for line in wanted if line):
        return f"{told}; leave out the line numbers before each line"
    if near := _near(lines, wanted):
        shown = "\n".join(f"{n + 1}\t{clip_line(lines[n].rstrip())}" for n in near)
        return f"{told}; the nearest lines are\n{shown}\nold must be exactly as in the file"
    return f"{told}, nor anything like it; read the file again"


def _near(lines: list[str], wanted: list[str]) -> range | None:
    """The lines that are most like those wanted, as many of them, at most 20."""
    stripped = [line.strip() for line in lines[:NEAR_LINES]]
    asked = [line.strip() for line in wanted]
    anchors = [(n, line) for n, line in enumerate(asked) if line]
    known = set(stripped)
    for offset, line in sorted(anchors, key=lambda anchor: -len(anchor[1]))[:5]:
        close = [line] if line in known else difflib.get_close_matches(line, _alike(known, line), 1)
        if close:
            start = max(0, stripped.index(close[0]) - offset)
            return range(start, min(len(lines), start + min(len(wanted), 20)))
    return None


def _alike(known: set[str], line: str) -> list[str]:
    """Lines of about the same length, so that few need to be compared in full."""
    return sorted(k for k in known if k and abs(len(k) - len(line)) <= len(line) // 2)[:2000]
