"""Is this line an error, of which kind, and where does it come from?"""

import re
from collections import defaultdict
from collections.abc import Iterable
from operator import itemgetter

from agents.logs.around import Around
from agents.logs.fault import Fault, Rank
from agents.logs.lines import Line
from agents.logs.places import Places
from agents.logs.rule import Find, Hunt, Rule
from agents.logs.rules import RULES
from agents.logs.rules.last import LAST

HARMLESS = re.compile(
    r"(?i)\b(?:0|no|zero) (?:errors?|failures?|failed|failing|problems|exceptions?)\b"
    r"|\b(?:errors?|failures?|failed)\b[\"']?\s?[:=] ?[\"']?(?:0|false|none|null)\b"
    r"|^\W*(?:debug|info|trace|notice|warn(?:ing)?|deprecat\w*)\b|\[(?:warn(?:ing)?|info|debug)\]"
    r"|\blevel=(?:warn|info|debug)|\bxfail|expected (?:failure|error|exception)|(?:is |as )expected"
    r"|\(expected\)|allowed to fail|\bignor(?:ed|ing)\b|non-fatal|^npm warn"
    r"|\bhandled\b|\brecovered\b|^(?:\+|\$|>) |^\s*(?://|#) |--\w*(?:error|fail)|on[-_]error"
)
"""An error that is none, or none that fails a pipeline."""

PASSED = re.compile(
    r"\s*(?:✓|✔|√|ok \d|--- PASS|PASS\b|\[ +OK)"
    r"|\W{0,4}##\[(?:warning|debug|group|notice|command)\]"
    r"|[\W\d]{0,12}(?:level=)?(?:TRACE|DEBUG|INFO|NOTICE|trace|debug|info)\b(?!\] BUILD)"
)
"""How lines begin that no rule looks at: they say themselves that they are no error."""

PASSED_LAST = re.compile(
    r"\b(?:PASSED|XFAIL|SKIPPED|XPASS)(?:\s+\[ *\d+%\])?$"
    r"|\.\.\. (?:ok|skipped|expected failure|ignored)\b"
)
"""How lines end of tests that passed."""

_BY_WORD: dict[str, list[tuple[tuple[int, int], Rule, Find]]] = defaultdict(list)
for _index, _rule in enumerate(RULES):
    _BY_WORD[_rule.word].append(((_rule.rank, -_index), _rule, _rule.find))
for _rules in _BY_WORD.values():
    _rules.sort(key=itemgetter(0), reverse=True)


def fitting(line: Line, low: str) -> tuple[Rule, re.Match[str]] | None:
    """The rule of the highest rank that fits the line; `low` is its text in lower case."""
    if PASSED.match(line.text) or PASSED_LAST.search(line.text[-50:]):
        return None
    best: tuple[Rule, re.Match[str]] | None = None
    highest = (0, 0)
    for word, ranked in _BY_WORD.items():
        if word in low:
            for order, rule, find in ranked:
                if order < highest:
                    break
                if rule.any_of and not any(words in low for words in rule.any_of):
                    continue
                if match := find(line.text):
                    best, highest = (rule, match), order
                    break
    if best and best[0].rank <= Rank.GENERAL and HARMLESS.search(line.text):
        return None
    return best


def fault_of(
    rule: Rule, match: re.Match[str], line: Line, around: Around, number: int, places: Places
) -> Fault:
    """The error in full: its own words and its place, which may stand some lines away."""
    found = {key: value for key, value in match.groupdict().items() if value}
    text = found.get("text") or line.text
    if rule.message and (said := next(iter(around.hunted(rule.message, line.lane)), None)):
        number, words = said
        around = around.moved(number)
        text = words.get("text", text)
        found = {**found, **words}
    path, at = _place(found, places)
    if (path is None or at is None) and rule.place:
        path, at = _hunted(rule.place, around, line.lane, places, found) or (path, at)
    return Fault(
        number=number,
        text=_short(text),
        category=rule.category,
        tool=rule.tool,
        rank=rule.rank,
        path=path,
        line=at if path else None,
        excerpt=around.excerpt(line.job),
    )


def last_resort(lines: Iterable[tuple[int, Line]], around: Around, places: Places) -> Fault | None:
    """For a step that failed without a word: the first of its last lines that names a place."""
    for number, line in lines:
        for pattern, category in LAST:
            if (match := pattern.search(line.text)) and (path := places.find(match["path"])):
                if HARMLESS.search(line.text):
                    continue
                return Fault(
                    number=number,
                    text=_short(match["text"]),
                    category=category,
                    tool="",
                    rank=Rank.EXACT,
                    path=path,
                    line=_number(match["line"]),
                    excerpt=around.moved(number).excerpt(line.job),
                )
    return None


def _place(found: dict[str, str], places: Places) -> tuple[str | None, int | None]:
    path = places.find(found["path"]) if "path" in found else None
    return path, _number(found.get("line"))


def _hunted(
    hunt: Hunt, around: Around, lane: str, places: Places, own: dict[str, str]
) -> tuple[str, int | None] | None:
    """The first place that is the repository's."""
    for _, found in around.hunted(hunt, lane):
        path, at = _place({**own, **found}, places)
        if path:
            return path, at
    return None


def _number(digits: str | None) -> int | None:
    return int(digits) if digits and len(digits) < 9 else None


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 300 else text[:299] + "…"
