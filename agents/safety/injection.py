"""Instructions in a repository's text that are meant for a model.

They are reported, never obeyed; nothing is kept from anybody because of them. What a tool may do is
the policy's business, so a phrase that is missed here opens nothing. Looked at: phrases (also over
several lines, in comments, hidden among unseen characters, in base64), control words of chat
templates that carry a message, and characters that hide text.
"""

import base64
import binascii
import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from agents.finding import Finding, Severity
from agents.safety.control import CONTROL, defang
from agents.safety.hidden import is_hiding, unhidden
from agents.safety.masking import masked
from agents.safety.phrases import PHRASES
from agents.tools.excerpt import clip_line, plain

RULE = "cadre/prompt-injection"

LOOKED_AT = 500_000
"""Characters of a text that are looked at; more no prompt holds."""

MOST = 20
"""Suspicions of one text; it is suspicious enough then."""

EXCERPT_CHARS = 80

_LEADER = re.compile(r"^[\s#*/>;|%<!\[\]():\"'`-]*(?:(?:rem|dnl)\s)?", re.IGNORECASE)
_COMMENT = re.compile(
    r"<!--(?P<text>.{10,2000}?)-->|\[//\]: # \((?P<note>.{10,1000}?)\)", re.DOTALL
)
_ADDRESS = re.compile(
    r"\b(?:ai|llm|assistant|agent|model|copilot|claude|chatgpt|gpt|qwen|gemini|bot)s?\b", re.I
)
_DEMAND = re.compile(
    r"\b(?:you(?:r)?|must|ignore|disregard|approve|do not|don't|instructions?|always|execute)\b",
    re.I,
)
_ROLE = re.compile(r"<[|｜]im_start[|｜]>\s?(?:system|user|assistant|tool)\b|<</?SYS>>", re.I)
_NAME = re.compile(r"(?:\S{1,80} )?[\w./-]{8,200}")
"""A line of a list of branches or files, in whose names words are joined."""

_PARTED = re.compile(r"[-_/]+")
_CODED = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{32,4000}={0,2}(?![A-Za-z0-9+/=_-])")


@dataclass(frozen=True)
class Suspicion:
    """A place that reads as if it were meant for a model."""

    line: int
    """Counted from 1."""
    excerpt: str
    """A few words of it, fit to be shown: plain, masked, without control words."""
    kind: str
    """What it demands or how it hides: `override`, `secrecy`, `hidden`, …"""


def suspicious(text: str) -> tuple[Suspicion, ...]:
    """What of the text is meant for a model, a kind once a line, in the order of lines."""
    text = text[:LOOKED_AT]
    found: dict[tuple[int, str], Suspicion] = {}
    for suspicion in _all(text):
        found.setdefault((suspicion.line, suspicion.kind), suspicion)
        if len(found) >= MOST:
            break
    return tuple(sorted(found.values(), key=lambda suspicion: (suspicion.line, suspicion.kind)))


def findings(origin: str, text: str, path: str | None = None) -> tuple[Finding, ...]:
    """The same as findings, a kind once; `origin` says where a text comes from that is no file."""
    found: dict[str, Suspicion] = {}
    for suspicion in suspicious(text):
        found.setdefault(suspicion.kind, suspicion)
    where = "" if path else f" in {clip_line(_shown(origin), EXCERPT_CHARS)}"
    return tuple(
        Finding(
            severity=Severity.WARNING,
            message=f"text meant for a model ({kind}){where}: “{suspicion.excerpt}”",
            path=path,
            line=suspicion.line if path else None,
            rule=RULE,
            tool="cadre",
        )
        for kind, suspicion in found.items()
    )


def wrap(origin: str, text: str) -> str:
    """The text in a fence that does not occur in it, with where it comes from.

    The same text gives the same fence, so that prompts keep their beginnings.
    """
    longest = max(map(len, re.findall(r"~{4,}", text)), default=3)
    fence = "~" * (longest + 1)
    said = clip_line(_shown(origin).replace("~", "-"), 120)
    return f"{fence} data from {said}\n{text}\n{fence} end of data"


def _all(text: str) -> Iterator[Suspicion]:
    yield from _hidden(text)
    yield from _controls(text)
    yield from _phrases(text)
    yield from _comments(text)
    yield from _coded(text)


def _hidden(text: str) -> Iterator[Suspicion]:
    if text.isascii():
        return
    for number, line in enumerate(text.split("\n"), 1):
        if is_hiding(line):
            yield _suspicion(number, unhidden(line), "hidden")


def _controls(text: str) -> Iterator[Suspicion]:
    """Control words with a role or a sentence beside them; one between quotes is a mention."""
    if CONTROL.search(text) is None:
        return
    for number, line in enumerate(text.split("\n"), 1):
        first = CONTROL.search(line)
        if first is None or _is_mention(line, first):
            continue
        words = re.findall(r"[A-Za-z]{2,}", CONTROL.sub(" ", line))
        if _ROLE.search(line) or (len(words) >= 4 and _DEMAND.search(line)):
            yield _suspicion(number, line, "control")


def _is_mention(line: str, match: re.Match[str]) -> bool:
    before, after = line[: match.start()][-1:], line[match.end() :][:1]
    return before in {'"', "'", "`"} or after in {'"', "'", "`"}


def _phrases(text: str) -> Iterator[Suspicion]:
    joined, starts = _joined(text)
    for kind, pattern in PHRASES:
        for match in pattern.finditer(joined):
            yield _suspicion(bisect_right(starts, match.start()), match.group(), kind)


def _comments(text: str) -> Iterator[Suspicion]:
    """Comments that a page does not show, and that ask a model for something."""
    for match in _COMMENT.finditer(text):
        said = match["text"] or match["note"] or ""
        if _ADDRESS.search(said) and _DEMAND.search(said):
            number = text.count("\n", 0, match.start()) + 1
            yield _suspicion(number, said, "comment")


def _coded(text: str) -> Iterator[Suspicion]:
    """Base64 that says something of the kind."""
    for match in _CODED.finditer(text):
        said = _decoded(match.group())
        if said and any(True for _ in _phrases(said)):
            yield _suspicion(text.count("\n", 0, match.start()) + 1, said, "encoded")


def _decoded(word: str) -> str:
    """The text that a base64 word stands for; empty where it stands for none."""
    plain_word = word.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        content = base64.b64decode(plain_word + "=" * (-len(plain_word) % 4), validate=True)
        said = content.decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
    return said if said.isprintable() or "\n" in said else ""


def _joined(text: str) -> tuple[str, list[int]]:
    """The text's sentences over its lines, and where in it each line begins.

    Signs of comments and unseen characters are gone, wide letters narrow, blanks single; an empty
    line stays the end of a sentence.
    """
    parts: list[str] = []
    starts: list[int] = []
    length = 0
    for line in text.split("\n"):
        starts.append(length)
        said = unicodedata.normalize("NFKC", unhidden(line)) if not line.isascii() else line
        said = html.unescape(said) if "&" in said else said
        said = " ".join(_LEADER.sub("", said).replace("’", "'").split()) or "\n"
        said = _PARTED.sub(" ", said) if _NAME.fullmatch(said) else said
        parts.append(said + " ")
        length += len(said) + 1
    return "".join(parts), starts


def _suspicion(line: int, said: str, kind: str) -> Suspicion:
    return Suspicion(line, clip_line(_shown(said), EXCERPT_CHARS), kind)


def _shown(said: str) -> str:
    return defang(masked(" ".join(plain(said[:400]).split())))
