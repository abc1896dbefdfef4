"""Word lists from `grammar/words.txt`: a name and a colon, then one phrase a line."""

import re
from pathlib import Path

GRAMMARS = Path(__file__).parent / "grammar"


def _read(path: Path) -> dict[str, list[str]]:
    words: dict[str, list[str]] = {}
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if re.fullmatch(r"[\w-]+:", line):
            name = line[:-1]
            words[name] = []
        elif line.strip():
            words[name] += [part.strip() for part in line.split(" / ")]
    return words


WORDS: dict[str, list[str]] = _read(GRAMMARS / "words.txt")
"""Every list by its name; phrases of the little language of `grammar`."""
