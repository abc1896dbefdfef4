"""Text that has run into a loop, as small models' text does: cut where the repeating begins."""

import re

LEAST = 12
"""Characters that a piece must have before its return means anything."""
TIMES = 3
"""How often a piece stands in a row before it is a loop."""

_LOOP = re.compile(rf"(\S.{{{LEAST - 1},400}}?)\s*(?:\1\s*){{{TIMES - 1},}}", re.DOTALL)


def cut_loop(text: str) -> str:
    """The text up to the end of the first round of a loop, with the cut said; else the text."""
    found = _LOOP.search(text)
    if found is None:
        return text
    return f"{text[: found.end(1)].rstrip()} … (repeats itself; cut here)"
