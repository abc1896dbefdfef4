"""A commit's subject, taken apart: Conventional Commits, `area: message`, gitmoji, tickets.

Conventional Commits 1.0.0 is at https://www.conventionalcommits.org.
"""

import re
import unicodedata
from dataclasses import dataclass

TYPES = ("feat", "fix", "docs", "style", "refactor", "perf", "test", "build", "ci", "chore")
"""The usual types, those of Angular's convention; `revert` stands for itself."""

ALIASES = {
    "feature": "feat",
    "features": "feat",
    "bugfix": "fix",
    "hotfix": "fix",
    "doc": "docs",
    "tests": "test",
    "deps": "build",
    "performance": "perf",
}
"""What people write for a usual type."""

ALSO = frozenset({*ALIASES, "revert", "release", "security", "i18n", "types", "wip", "merge"})
"""Types that are in use beside the usual ones."""

LONGEST = 1000
"""Of a longer subject only the beginning is looked at."""

_HEADER = re.compile(
    r"(?P<type>[A-Za-z][\w-]{0,29})(?:\((?P<scope>[^()\n]{1,60})\))?(?P<breaking>!?)"
    r": +(?P<rest>\S.*)"
)
_AREA = re.compile(r"(?P<area>[\w.*/+-]{1,60}(?:, ?[\w.*/+-]{1,60}){0,3}): +(?P<rest>\S.*)")
_CODE = re.compile(r"(?P<emoji>:[a-z0-9_+-]{2,40}:) *(?P<rest>\S.*)")
_TICKET = re.compile(
    r"(?:\[(?P<a>[A-Z][A-Z0-9]{1,9}-\d+)\]|(?P<b>[A-Z][A-Z0-9]{1,9}-\d+))[: -] *(?P<rest>\S.*)"
)
_PULL = re.compile(r" *\((?P<mark>[#!])(?P<number>\d{1,9})\)$")
_BREAKING = re.compile(r"^BREAKING[ -]CHANGE: *(.*(?:\n(?!\n|[\w-]+: ).*)*)", re.MULTILINE)


@dataclass(frozen=True)
class Header:
    """The parts of a subject; empty ones are not there."""

    summary: str
    """What is left without the parts below."""
    type: str = ""
    """A Conventional type as it was written, in lower case."""
    scope: str = ""
    breaking: bool = False
    """Whether there is a `!` before the colon."""
    area: str = ""
    """What stands before the colon where that is no Conventional type."""
    emoji: str = ""
    ticket: str = ""
    pull: int | None = None
    """The pull or merge request that was squashed into the commit."""

    @property
    def kind(self) -> str:
        """The usual type; `feature` is `feat`."""
        return ALIASES.get(self.type, self.type)


def header(subject: str) -> Header:
    """The subject's parts. Never raises."""
    rest, pull = subject.strip()[:LONGEST], None
    if match := _PULL.search(rest):
        rest, pull = rest[: match.start()], int(match["number"])
    emoji, rest = _emoji(rest)
    ticket = ""
    if match := _TICKET.fullmatch(rest):
        ticket, rest = match["a"] or match["b"], match["rest"]
    match = _HEADER.fullmatch(rest)
    if match and match["type"].lower() in {*TYPES, *ALSO}:
        scope, breaking = match["scope"] or "", bool(match["breaking"])
        return Header(
            match["rest"], match["type"].lower(), scope, breaking, "", emoji, ticket, pull
        )
    if match := _AREA.fullmatch(rest):
        return Header(match["rest"], "", "", False, match["area"], emoji, ticket, pull)
    return Header(rest, "", "", False, "", emoji, ticket, pull)


def breaking_note(body: str) -> str:
    """What a `BREAKING CHANGE:` footer says; empty where there is none."""
    match = _BREAKING.search(body)
    return " ".join(match[1].split()) if match else ""


def _emoji(subject: str) -> tuple[str, str]:
    """An emoji or its code at the beginning, and what comes after it."""
    if match := _CODE.fullmatch(subject):
        return match["emoji"], match["rest"]
    end = 0
    while end < len(subject) and _pictorial(subject[end]):
        end += 1
    rest = subject[end:].strip()
    return (subject[:end], rest) if end and rest else ("", subject)


def _pictorial(character: str) -> bool:
    code = ord(character)
    if code in {0x200D, 0xFE0F}:
        return True
    return code >= 0x2190 and unicodedata.category(character) in {"So", "Sk"}
