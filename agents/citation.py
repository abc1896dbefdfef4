"""Evidence ids in text: which claims stand on evidence, and which are opinion.

A claim is one sentence, or one item of a list. Headings, code and empty lines claim nothing.
"""

import re
from collections.abc import Collection

OPINION = "(opinion)"

_ID = re.compile(r"\[(t\d+\.\d+(?:\s*,\s*t\d+\.\d+)*)\]")
_STRAY = re.compile(r" +([.,;:!?])(?=\s|$)")
"""The space that an id leaves before what follows it."""
_SENTENCE = re.compile(r"(?<=[.!?])(\s+)(?=[A-Z`*\[])")


def cited(text: str) -> set[str]:
    """The evidence ids that stand in brackets in the text."""
    return {id.strip() for match in _ID.finditer(text) for id in match.group(1).split(",")}


def mark_opinions(text: str, known: Collection[str]) -> str:
    """The text with unknown ids taken out, and `(opinion)` after each claim that cites none."""
    lines, fenced = [], False
    for line in text.splitlines():
        fence = line.lstrip().startswith("```")
        fenced = fenced != fence
        lines.append(line if fenced or fence else _mark_line(line, known))
    return "\n".join(lines)


def _mark_line(line: str, known: Collection[str]) -> str:
    if not re.search(r"\w", line) or line.lstrip().startswith("#"):
        return line
    parts = _SENTENCE.split(line)
    return "".join(_mark(part, known) if n % 2 == 0 else part for n, part in enumerate(parts))


def _mark(claim: str, known: Collection[str]) -> str:
    claim = _ID.sub(lambda match: _only(match.group(1), known), claim).rstrip()
    claim = _STRAY.sub(r"\1", claim)
    if not re.search(r"\w", claim) or _ID.search(claim) or claim.endswith((":", OPINION)):
        return claim
    return f"{claim} {OPINION}"


def _only(ids: str, known: Collection[str]) -> str:
    kept = [id for id in (id.strip() for id in ids.split(",")) if id in known]
    return f"[{', '.join(kept)}]" if kept else ""
