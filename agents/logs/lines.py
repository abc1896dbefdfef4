"""One line of a log as its program wrote it: without the time, the colour and the runner's prefix.

What the prefix says is kept: the job and the step that `gh run view --log` names, and the number
that docker's builder gives to each of its parallel steps.
"""

import re
from dataclasses import dataclass

LONGEST = 2000
"""Characters of a line that are looked at."""

_ESCAPES = re.compile(
    rb"\x1b_[^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"
    rb"|\x1b\[[0-9;:?<=>]*[ -/]*[@-~]|\x1b[@-Z\\-_]?|[\0-\x08\x0b\x0c\x0e-\x1a\x7f]"
)
_TIME = re.compile(
    r"\ufeff?\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?"
    r"(?: \d\d[OE][ +]| |$)|\[\d\d:\d\d:\d\d(?:\.\d+)?\] ?|\d\d:\d\d:\d\d(?:[.,]\d+)? +"
)
_GH = re.compile(r"([^\t]{1,120})\t([^\t]{1,200})\t(?=\ufeff?\d{4}-\d\d-\d\dT)")
_BUILDKIT = re.compile(r"(#\d+) (?:\d+\.\d+ )?")
_SERVICE = re.compile(
    r"\[[^\]\n]{1,80}\] +\| "
    r"|\[(?!error|err\b|warn|info|debug|trace|fatal|success|command"
    r"|stage)[a-z][\w.-]{0,40}\] |[A-Za-z][\w.-]{0,60} +\| "
    r"|(?!error|fatal|warning)[@A-Za-z][@\w/-]{0,60}:[a-z][\w-]{0,40}: "
)


@dataclass(frozen=True)
class Line:
    """What one line says, and who says it."""

    text: str
    job: str = ""
    step: str = ""
    """As the log names it in front of every line."""
    lane: str = ""
    """Which of several programs at work at once wrote it; empty where only one is at work."""


def cleaned(raw: bytes) -> str:
    """A line's text without escapes; of a bar that overwrites itself, its last state."""
    if len(raw) > LONGEST * 4:
        raw = raw[: LONGEST * 4]
    if b"\x1b" in raw or b"\0" in raw:
        raw = _ESCAPES.sub(b"", raw)
    return raw.decode(errors="replace").rstrip("\r\n\t ")[:LONGEST]


def parted(text: str) -> Line:
    """The line without what runners put in front of it."""
    job = step = lane = ""
    if "\t" in text and (match := _GH.match(text)):
        job, step = match[1], match[2]
        text = text[match.end() :]
    if match := _TIME.match(text):
        text = text[match.end() :]
    if text.startswith("#") and (match := _BUILDKIT.match(text)):
        lane = match[1]
        text = text[match.end() :]
    elif match := _SERVICE.match(text):
        lane = match.group().strip(" |:")
        text = text[match.end() :]
    return Line(text, job, step, lane or job)


def pieces(raw: bytes) -> list[str]:
    """What a line said before each of its carriage returns, the last twenty of them."""
    if b"\r" not in raw.rstrip(b"\r\n"):
        return [cleaned(raw)]
    return [cleaned(piece) for piece in raw.rstrip(b"\r\n").split(b"\r")[-20:] if piece]
