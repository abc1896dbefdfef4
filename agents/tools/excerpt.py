"""What of a tool's output a model and a person get to see: plain characters, within a budget.

Whatever is cut is said in the text.
"""

import re
import unicodedata

LINE_CHARS = 300
"""Longer lines (minified code, data) say little per character and are cut."""

_ESCAPES = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-9;:?<=>]*[ -/]*[@-~]|\x1b[@-Z\\-_]?"
)
_ODD = re.compile(r"[^\n\t -~]")


def plain(text: str) -> str:
    """Without terminal escapes, control characters and direction overrides."""
    text = _ESCAPES.sub("", text.replace("\r\n", "\n"))
    return _ODD.sub(_visible, text)


def clip_line(line: str, limit: int = LINE_CHARS) -> str:
    """The line, cut after `limit` characters."""
    return line if len(line) <= limit else f"{line[:limit]}… {len(line) - limit:,} characters more"


def clip(text: str, budget: int) -> str:
    """The text's beginning and, since that is where commands say how it went, twice as much end."""
    if len(text) <= budget:
        return text
    room = max(0, budget - 60)
    head, tail = text[: room // 3], text[len(text) - (room - room // 3) :]
    left_out = len(text) - len(head) - len(tail)
    return f"{head}\n… {left_out:,} of {len(text):,} characters left out here …\n{tail}"


def clip_lines(lines: list[str], budget: int, total: int, more: str) -> str:
    """As many lines as fit the budget; `more` says how to get at the rest of the `total`."""
    shown: list[str] = []
    room = budget - 100
    for line in map(clip_line, lines):
        room -= len(line) + 1
        if room < 0 and shown:
            break
        shown.append(line)
    if len(shown) < total:
        shown.append(f"… {len(shown):,} of {total:,} lines shown; {more}")
    return "\n".join(shown)


def _visible(match: re.Match[str]) -> str:
    character = match.group()
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        return "" if character == "\ufeff" else "�"
    return character
