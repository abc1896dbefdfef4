"""Pieces of a request, with what must be known of them after noise has changed their letters."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """A run of text."""

    text: str
    role: str = ""
    """The specialist for whom it is a cue; empty: it is none."""
    group: int = 0
    """Spans of one cue share a number."""
    fixed: bool = False
    """A name, path or pasted line: noise leaves it as it is, since goals copy it."""


def text_of(spans: Iterable[Span]) -> str:
    """The text as a user would have typed it."""
    joined = "".join(span.text for span in spans)
    return "\n".join(map(_tidy, joined.split("\n"))).strip()


def _tidy(line: str) -> str:
    """Without blanks that choices left behind."""
    return re.sub(r" +([,;.?!]+)(?=\s|$)", r"\1", re.sub(r" {2,}", " ", line)).strip()


def cues_of(spans: Sequence[Span]) -> list[tuple[str, str]]:
    """(role, cue) in their order; every cue stands in `text_of(spans)`, letter for letter."""
    whole = text_of(spans)
    cues: dict[tuple[str, int], str] = {}
    for span in spans:
        if span.role:
            key = (span.role, span.group)
            cues[key] = cues.get(key, "") + span.text
    found = [(role, re.sub(r" {2,}", " ", text).strip()) for (role, _), text in cues.items()]
    return [(role, cue) for role, cue in dict.fromkeys(found) if cue and cue in whole]
