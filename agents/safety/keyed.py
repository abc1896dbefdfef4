"""A file of secrets as a model may see it once a person allowed it: the names, never the values."""

import re
from collections.abc import Iterable

from agents.safety.masks import mark

_KEYED = re.compile(
    r"(?P<name>\s*(?:export\s+|-\s+)?[\"']?[\w./-]{1,200}[\"']?\s*[=:]\s*)(?P<value>\S.*)"
)
_HARMLESS = re.compile(r"\s*(?:#.*|[\[{}\],]*|\[[\w. -]+\]|[\w./-]+\s*[=:]\s*[{\[]?)\s*")
"""Comments, brackets, headings, and names without a value."""


def without_values(lines: Iterable[str]) -> list[str]:
    """Each line with a mark in place of its value; of a line that names nothing, a mark alone."""
    return [_masked(line) for line in lines]


def _masked(line: str) -> str:
    if _HARMLESS.fullmatch(line):
        return line
    keyed = _KEYED.fullmatch(line)
    if keyed is None:
        return mark("line", line)
    return keyed["name"] + mark("value", keyed["value"])
