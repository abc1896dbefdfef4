"""Secrets that stand where a protocol or a command puts them, whatever they are called."""

import re
from collections.abc import Iterator

from agents.safety.entropy import is_random
from agents.safety.span import Span
from agents.safety.values import JUDGED, is_placeholder

_PLACES = (
    (
        "authorization",
        r"authorization[\\\"']{0,2}[ \t]?[:=][ \t]{0,4}[\\\"']{0,2}"
        r"(?:bearer|basic|token|apikey|negotiate|digest)[ \t]{1,4}(?P<s>[^\s\"',;\\]{8,4000})",
    ),
    (
        "authorization",
        r"authorization[\\\"']{0,2}[ \t]?[:=][ \t]{0,4}[\\\"']{0,2}"
        r"(?P<random>(?P<s>[\w.~+/=-]{16,4000}))",
    ),
    ("authorization", r"\b(?:bearer|basic)[ \t]{1,4}(?P<s>(?=[^\s]{0,60}\d)[\w.~+/=-]{16,4000})"),
    ("password", r"\bidentified[ \t]{1,4}by[ \t]{1,4}(?P<q>[\"'])(?P<s>[^\"']{3,200})(?P=q)"),
    (
        "password",
        r"\bcurl\b.{0,200}?[ \t](?:-u|--user)[ \t=]{1,3}[\"']?[\w.@+-]{0,60}"
        r":(?P<s>[^\s\"']{3,200})",
    ),
    ("password", r"\bmysql(?:dump|admin)?\b.{0,200}?[ \t]-p(?P<s>[^\s\"']{4,200})"),
    (
        "password",
        r"\b(?:sshpass|docker[ \t]login)\b.{0,100}?[ \t]-p[ \t]?(?P<s>[^\s\"'-][^\s\"']{3,200})",
    ),
    ("password", r"\b(?:redis-cli)\b.{0,100}?[ \t]-a[ \t](?P<s>[^\s\"']{4,200})"),
    ("password", r"\bmachine[ \t].{1,200}?[ \t]password[ \t]{1,4}(?P<s>[^\s]{3,200})"),
)
_FORMS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PLACES)
_HINT = re.compile(
    r"authori|bearer|basic|identif|curl|mysql|sshpass|docker|redis-cli|machine|cookie"
)

_COOKIES = re.compile(r"\bcookie[\"']?[ \t]?:[ \t]?", re.IGNORECASE)
_COOKIE = re.compile(r"[\w.-]{1,60}=(?P<s>(?=[^\s;]{0,60}\d)[^\s;,\"']{10,4000})")


def placed_values(line: str) -> Iterator[Span]:
    """The secrets of the line that stand in a header or a command."""
    if _HINT.search(line.lower()) is None:
        return
    for kind, form in _FORMS:
        for match in form.finditer(line):
            if not is_placeholder(match["s"]) and _fits(match):
                yield Span(*match.span("s"), kind)
    if cookies := _COOKIES.search(line):
        for match in _COOKIE.finditer(line, cookies.end()):
            yield Span(*match.span("s"), "cookie")


def _fits(match: re.Match[str]) -> bool:
    """Where the place alone does not tell, the word must look drawn at random."""
    return "random" not in match.re.groupindex or is_random(match["random"][:JUDGED])
