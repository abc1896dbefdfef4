"""Applies hunks to a file's text. They may have moved by lines; their words must be the file's."""

from collections.abc import Sequence
from dataclasses import dataclass

from agents.edits.refused import Refused
from agents.edits.replacing import lines_of
from agents.edits.text import Text
from agents.tools.excerpt import clip_line


@dataclass(frozen=True)
class Hunk:
    """One block of a patch."""

    start: int
    """The line of the old file at which it stands, counted from 1."""
    lines: tuple[tuple[str, str], ...]
    """Sign (a space, - or +) and text of each line, without line endings."""
    old_ends: bool | None = None
    """False where the patch says that the old file has no newline at its end."""
    new_ends: bool | None = None
    """The same of the new file."""

    @property
    def old(self) -> tuple[str, ...]:
        """Lines that must be there, kept ones and removed ones."""
        return tuple(line for sign, line in self.lines if sign != "+")


def applied(text: Text, hunks: Sequence[Hunk]) -> str:
    """The text after all hunks, in their order; Refused where one fits nowhere or anywhere."""
    raw = lines_of(text.body)
    lines = [_bare(line) for line in raw]
    ended = not raw or raw[-1].endswith("\n")
    made: list[str] = []
    done = offset = 0
    for number, hunk in enumerate(hunks, 1):
        at = _place(lines, hunk, done, offset, number)
        offset = at - _expected(hunk)
        made += raw[done:at] + _changed(raw, hunk, at, text.newline)
        done = at + len(hunk.old)
        if done == len(lines):
            ended = _ended(hunk, ended, number)
        elif hunk.old_ends is False or hunk.new_ends is False:
            raise Refused(f"hunk {number} says that the file ends there, but it does not")
    return _joined(made + raw[done:], ended, text.newline)


def _bare(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r")


def _changed(raw: list[str], hunk: Hunk, at: int, newline: str) -> list[str]:
    """The hunk's lines as they will be; those that it keeps, byte by byte as they are."""
    made = []
    for sign, line in hunk.lines:
        if sign == " ":
            made.append(raw[at])
        elif sign == "+":
            made.append(line + newline)
        at += sign != "+"
    return made


def _joined(raw: list[str], ended: bool, newline: str) -> str:
    """The lines as one text, with a newline at its end or without."""
    if not raw:
        return ""
    inner = [line if line.endswith("\n") else line + newline for line in raw[:-1]]
    if ended:
        last = raw[-1] if raw[-1].endswith("\n") else raw[-1] + newline
    else:
        last = _bare(raw[-1]) if raw[-1].endswith("\n") else raw[-1]
    return "".join((*inner, last))


def _expected(hunk: Hunk) -> int:
    """The index of its first line. A hunk without old lines names the line before it."""
    return hunk.start - 1 if hunk.old else hunk.start


def _place(lines: list[str], hunk: Hunk, done: int, offset: int, number: int) -> int:
    """Where the hunk fits: where it says, moved as the one before it, or else in one place only."""
    old = hunk.old
    if not old:
        if lines:
            raise Refused(f"hunk {number} has no lines to find its place by; add some around it")
        return 0
    expected = _expected(hunk) + offset
    if expected >= done and _fits(lines, old, expected):
        return expected
    last = len(lines) - len(old)
    places = [at for at in range(done, last + 1) if _fits(lines, old, at)]
    if not places:
        raise Refused(_nowhere(lines, hunk, max(done, expected), number))
    if len(places) > 1:
        at = ", ".join(str(place + 1) for place in places[:8])
        raise Refused(f"hunk {number} fits at lines {at}; give more lines around it")
    return places[0]


def _fits(lines: list[str], old: tuple[str, ...], at: int) -> bool:
    return lines[at : at + 1] == [old[0]] and tuple(lines[at : at + len(old)]) == old


def _ended(hunk: Hunk, ended: bool, number: int) -> bool:
    """Whether the file ends with a newline after a hunk that reaches its end."""
    if hunk.old_ends is False and ended:
        raise Refused(f"hunk {number} says that there is no newline at the end, but there is one")
    if hunk.new_ends is False:
        return False
    return True if hunk.old_ends is False else ended


def _nowhere(lines: list[str], hunk: Hunk, expected: int, number: int) -> str:
    """What the file has where the hunk should be, from the first line that differs."""
    start = min(expected, max(0, len(lines) - 1))
    pairs = zip(lines[start:], hunk.old, strict=False)
    same = next((n for n, (line, old) in enumerate(pairs) if line != old), len(lines[start:]))
    shown = "\n".join(
        f"{n + 1}\t{clip_line(line)}" for n, line in enumerate(lines[start : start + 8], start)
    )
    wanted = clip_line(hunk.old[min(same, len(hunk.old) - 1)])
    return (
        f"hunk {number} does not fit: no place has its lines. At {wanted!r} the file has\n{shown}"
    )
