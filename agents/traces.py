"""How a small model's thoughts about a plan are written: each role with the words that name it.

    testing: "the flaky test"
    github: "who broke it"

What stands in quotes is out of the request, which a grammar holds the thoughts to.
"""

import re
from collections.abc import Iterator

from agents.role import SPECIALISTS

NOBODY = "nobody: nothing is asked about the repository"
_CUES = 3
"""Of a role, at most."""
_MOST = 400
"""Words of a request that can be quoted; nothing behind them can."""
_WORD = re.compile(r"[^\W_\u0590-\u06ff\u2e80-\u9fff\uac00-\ud7af]+|[^\S\n]+|.", re.DOTALL)
"""Words, blanks, and one by one all other signs: also those of scripts that part no words, or that
write articles and prepositions as parts of them."""
_SPECIAL = re.compile(r'[\x00-\x1f"\\\x7f]')
_BREAKS = '"\n\r'
"""No cue goes beyond these."""


def trace_grammar(request: str) -> str:
    """GBNF of all that stands between the thinking tags, the closing one included."""
    last = len(SPECIALISTS) - 1
    rules = [
        'root ::= "\\n" (nobody | all | named) "\\n" </think>',
        f"nobody ::= {_literal(NOBODY)}",
        'all ::= "all: " cue not? after*',
        f'named ::= line ("\\n" line){{0,{last}}} not? after*',
        f'line ::= role ": " cue (", " cue){{0,{_CUES - 1}}}',
        f"role ::= {' | '.join(_literal(role) for role in SPECIALISTS)}",
        'not ::= "\\n" role ": not " cue',
        'after ::= "\\n" task " after " task (", " task){0,2}',
        f'task ::= "t" [1-{len(SPECIALISTS)}]',
        *_quoted(request),
    ]
    return "\n".join(rules) + "\n"


def _quoted(request: str) -> Iterator[str]:
    """`cue`: any words in a row of the request, in quotes."""
    words = _WORD.findall(request)[:_MOST]
    begins = [at for at, word in enumerate(words) if word.strip() and word not in _BREAKS]
    if not begins:
        yield 'cue ::= "\\"\\""'
        return
    yield f'cue ::= "\\"" ({" | ".join(f"w{at}" for at in begins)}) "\\""'
    for at in begins:
        blank = "".join(words[at + 1 : at + 2])
        blank = blank if blank and not blank.strip() and blank not in _BREAKS else ""
        following = at + 1 + bool(blank)
        told = _literal(words[at])
        if following < len(words) and words[following] not in _BREAKS:
            told += f" ({_literal(blank)} w{following})?"
        yield f"w{at} ::= {told}"


def _literal(text: str) -> str:
    return '"' + _SPECIAL.sub(lambda match: f"\\x{ord(match[0]):02X}", text) + '"'
