"""Something wrong in the repository, with the tool that found it, and a name that outlives edits.

A finding's id is made of its rule, its file, its message without numbers and, where the caller can
read it, the text of its line; never of the line's number. So a second run knows it again after
lines above it have moved. Of findings that are alike in all of that, the later ones are counted.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from enum import StrEnum
from hashlib import sha256

from agents.word import Word

ID_CHARS = 12

TEXT_CHARS = 500
"""So much of a line tells it from others; the rest of a minified one does not count."""

_NUMBER = re.compile(
    r"(?<!\w)(?:0x[0-9a-fA-F]+|\d+(?:[.,:]\d+)*(?:ms|s|min|h|[KMGT]?i?B)?)(?!\w)", re.ASCII
)
"""A number that stands for itself; those within names, such as `DL3007` or `x2`, stay."""


class Severity(StrEnum):
    """How bad a finding is, worst first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the worst; sorts worst first."""
        return list(Severity).index(self)


class Finding(Word):
    """One fault, where it is, and what shows it."""

    severity: Severity
    message: str
    """What is wrong, in one line."""
    path: str | None = None
    """The file, relative to the repository, with forward slashes."""
    line: int | None = None
    """The line, counted from 1."""
    rule: str
    """The rule's name in the tool that found it, such as `DL3007`."""
    tool: str
    """The tool that found it."""
    evidence: tuple[str, ...] = ()
    """Ids of the evidence that shows it."""
    fix: str | None = None
    """How to mend it, where the tool says so."""

    @property
    def id(self) -> str:
        """12 hexadecimal digits, without the text of the line; see `identified` for those with."""
        return _digest(self)


Identified = tuple[str, Finding]
"""A finding behind its id."""

TextOf = Callable[[Finding], str | None]
"""The text of a finding's line; None where there is none to read."""


def identified(findings: Sequence[Finding], text_of: TextOf | None = None) -> list[Identified]:
    """The findings in their order, each behind an id that no other of them has."""
    seen: Counter[str] = Counter()
    ids: dict[int, str] = {}
    for index in sorted(range(len(findings)), key=lambda index: findings[index].line or 0):
        text = _text(findings[index], text_of)
        alike = _digest(findings[index], text)
        ids[index] = _digest(findings[index], text, seen[alike])
        seen[alike] += 1
    return [(ids[index], finding) for index, finding in enumerate(findings)]


def _text(finding: Finding, text_of: TextOf | None) -> str:
    """The line, whatever its indentation. Not of a secret, which could be guessed from the id."""
    if text_of is None or "secret" in f"{finding.rule} {finding.tool}".lower():
        return ""
    return " ".join((text_of(finding) or "").split())[:TEXT_CHARS]


def _digest(finding: Finding, text: str = "", ordinal: int = 0) -> str:
    message = " ".join(_NUMBER.sub("#", finding.message).split())
    # JSON, since its escapes take what is no UTF-8, and no part can run into the next.
    whole = json.dumps([finding.rule, finding.path, message, text, ordinal])
    return sha256(whole.encode()).hexdigest()[:ID_CHARS]
