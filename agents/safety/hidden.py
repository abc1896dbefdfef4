"""Characters that a person does not see and a model reads."""

import re

_TAGS = re.compile("(?<![\U0001f3f4\U000e0020-\U000e007e])[\U000e0020-\U000e007f]{3,}")
_TAG = re.compile("[\U000e0001-\U000e007f]")
_SELECTORS = re.compile("[\U000e0100-\U000e01ef]{4,}")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ZERO = re.compile("(?<=[A-Za-z ])[\u200b-\u200d\u2060-\u2064\u00ad]+(?=[A-Za-z ])")
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\u00ad\ufeff\U000e0100-\U000e01ef]")

FEW = 3
"""A word may hold a soft hyphen or a joiner; a message needs more."""


def is_hiding(line: str) -> bool:
    """Whether the line holds characters that hide something."""
    if line.isascii():
        return False
    if _TAGS.search(line) or _SELECTORS.search(line) or _BIDI.search(line):
        return True
    return sum(len(run.group()) for run in _ZERO.finditer(line)) >= FEW


def unhidden(line: str) -> str:
    """The line as a model may read it: tags as the letters they stand for, nothing unseen."""
    if line.isascii():
        return line
    return _UNSEEN.sub("", _TAG.sub(lambda tag: chr(ord(tag.group()) - 0xE0000), line))
