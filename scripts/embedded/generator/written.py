"""Requests that were written by hand, one a line; what tells whose they are stands in braces:
`{d:login crashes} since the merge`. A star begins one for everybody, a dash one for nobody."""

import re
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

from generator.ask import QUOTED, Ask
from generator.dice import Dice
from generator.example import ROLES
from generator.span import Span, text_of

FOLDER = Path(__file__).parents[1] / "asks"
LETTERS = dict(zip("dtcgo", ROLES, strict=True))
CUE = re.compile(r"\{([dtcgo]):([^{}]*)\}")
HARD = re.compile(r"\b(refactor|rewrite|migrate|redesign|port|architect)", re.IGNORECASE)
FEW = 4
"""Words of a request that is no great matter."""


def _asks() -> Iterator[Ask]:
    for path in sorted(FOLDER.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield ask_of_line(line)


def ask_of_line(line: str) -> Ask:
    """One line as an ask; what is pasted in below its first line is left as it is."""
    roles = tuple(dict.fromkeys(LETTERS[letter] for letter, _ in CUE.findall(line)))
    if not roles:
        roles, line = (ROLES if line.startswith("* ") else ()), line[2:]
    spans: list[Span] = []
    place = 0
    for number, cue in enumerate(CUE.finditer(line), start=1):
        spans.append(Span(line[place : cue.start()]))
        spans.append(Span(cue[2], LETTERS[cue[1]], number))
        place = cue.end()
    spans.append(Span(line[place:]))
    told = tuple(part for span in spans for part in _lines(span) if part.text)
    return Ask(told, tuple((role, QUOTED) for role in roles), _complexity(line, len(roles)))


def _lines(span: Span) -> Iterator[Span]:
    first, broken, rest = span.text.partition("\\n")
    yield Span(first, span.role, span.group)
    if broken:
        yield Span("\n" + rest.replace("\\n", "\n"), span.role, span.group, fixed=True)


def _complexity(line: str, roles: int) -> str:
    if HARD.search(line):
        return "high"
    return "low" if len(line.split()) <= FEW or roles == len(ROLES) else "medium"


BACK = 40
"""One of so many is kept back, to see while training how those go that are not learnt."""
_EVERY = tuple(_asks())


def _kept_back(ask: Ask) -> bool:
    """By its words alone, so that it stays so whatever is written beside it."""
    return crc32(text_of(ask.spans).encode()) % BACK == 0


ASKS = tuple(ask for ask in _EVERY if not _kept_back(ask))
KEPT_BACK = tuple(ask for ask in _EVERY if _kept_back(ask))
SINGLE = tuple(
    a for a in ASKS if len(a.tasks) == 1 and "\n" not in "".join(s.text for s in a.spans)
)


def written_ask(dice: Dice) -> Ask:
    """Any of them."""
    return dice.pick(ASKS)


def written_asks(dice: Dice) -> list[Ask]:
    """Two or three for different specialists, to be told in one breath."""
    asks: list[Ask] = []
    while len(asks) < 2 or (len(asks) < 3 and dice.chance(0.2)):
        ask = dice.pick(SINGLE)
        if ask.tasks[0][0] not in {other.tasks[0][0] for other in asks}:
            asks.append(ask)
    return asks
