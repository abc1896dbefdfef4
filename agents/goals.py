"""What a small model may give as a goal: the request's own words, whole or a clause of it.

A goal that is quoted cannot send a specialist astray, and a grammar can hold the model to it.
"""

import re

from agents.role import Role

FOLLOW_UPS = {
    Role.DEVELOPMENT: "Find the cause in the source code",
    Role.TESTING: "Run the tests and say whether they notice it",
    Role.CI_CD: "Find the cause in the pipeline",
    Role.GITHUB: "Find the commit that brought it",
    Role.DOCUMENTATION: "Check what the documents say about it",
}
"""What a review may ask for where a specialist has handed something on."""
REASONS = ("every part is answered", *(f"{role} is missing" for role in FOLLOW_UPS))
"""What a review may say."""

_CUT = re.compile(
    r"[.!?;:]+(?=\s|$)|\s*\n\s*|,\s+|\s+[-–—/+&]+\s+|[。！？；，、]"
    r"|\s+(?=(?:and|then|but|und|dann|aber|et|puis|mais|y|pero|luego|e|poi|mas|en|maar|oraz|ale"
    r"|och|og|ve)\s)",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"^(?:and|then|but|also|plus|und|dann|aber|auch|et|puis|mais|y|pero|luego|e|poi|mas|en|maar"
    r"|oraz|ale|och|og|ve|[-*•]|\d+[.)])\s+",
    re.IGNORECASE,
)
_EDGES = " \t,;:.!?-–—。！？；，、"
WHOLE, MOST = 200, 10
"""Characters of a goal, and clauses of a request; a longer request is told by its clauses."""
_WORDS = 3
"""A clause of fewer words says too little alone."""


def goals_of(text: str) -> tuple[str, ...]:
    """The whole request first, then its clauses; at least one."""
    whole = " ".join(text.split()).strip(_EDGES) or text.strip() or "-"
    clauses = [_clause(part) for part in _CUT.split(text)]
    told = [clause for clause in clauses if len(clause.split()) >= _WORDS][:MOST]
    return tuple(dict.fromkeys((whole[:WHOLE].strip(), *(clause[:WHOLE] for clause in told))))


def _clause(part: str) -> str:
    clause = " ".join(part.split())
    while link := _LINK.match(clause):
        clause = clause[link.end() :]
    return clause.strip(_EDGES)
