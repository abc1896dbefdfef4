"""Parses XML of a repository: no document type, so no entity; size and depth cost one pass.

Cobertura's reports name their document type by its address; nothing is fetched, it is cut off.
"""

import re
from xml.etree import ElementTree

_PROLOG = re.compile(
    r"\ufeff?\s*+(?:(?:<\?(?:[^?]|\?(?!>))*+\?>|<!--(?:[^-]|-(?!->))*+-->)\s*+)*+<[A-Za-z_]"
)
"""What may stand before the first element; possessive, so that it takes one pass."""

_NAMED_TYPE = re.compile(r"<!DOCTYPE coverage SYSTEM (?:\"[^\"<>\[\]]*\"|'[^'<>\[\]]*')\s*>")


def parse(text: str) -> ElementTree.Element | None:
    """The root element; None for what is not XML, or declares a type of its own."""
    text = _NAMED_TYPE.sub("", text[:2000], count=1) + text[2000:]
    if not _PROLOG.match(text):
        return None
    try:
        return ElementTree.fromstring(text.removeprefix("\ufeff"))
    except (ElementTree.ParseError, ValueError):
        return None
