"""How a repository writes its commit messages, learned from those that it has.

Pure: commits in, a `Convention` out. A habit counts where at least half of the commits show it.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from agents.history.commit import Commit, trailers
from agents.history.header import TYPES, Header, header
from agents.history.mood import Mood, mood

FEWEST = 5
"""Fewer commits than this show no habit."""

HALF = 0.5


class Style(StrEnum):
    """What a subject begins with."""

    CONVENTIONAL = "conventional"
    """`type(scope): summary`"""
    GITMOJI = "gitmoji"
    """an emoji, or its code"""
    TICKET = "ticket"
    """a key such as ABC-12"""
    AREA = "area"
    """`area: summary`"""
    PLAIN = "plain"
    """a sentence"""


@dataclass(frozen=True)
class Convention:
    """What most of a repository's commits have in common; None where they have nothing."""

    commits: int
    """How many it was learned from."""
    style: Style
    shares: tuple[tuple[Style, float], ...]
    """Each style's share of the commits, the commonest first."""
    types: tuple[str, ...] = ()
    """Conventional types in use, the commonest first."""
    scopes: tuple[str, ...] = ()
    """Scopes or areas in use, the commonest first."""
    capital: bool | None = None
    """Whether a summary begins with a capital letter."""
    period: bool | None = None
    """Whether a subject ends in a full stop."""
    mood: Mood | None = None
    subject_width: int = 72
    """Characters that a subject may have."""
    body_width: int = 0
    """Characters that a line of the body may have; 0: no bound."""
    bodies: float = 0.0
    """The share of commits with a body."""
    trailers: tuple[str, ...] = ()
    """Trailers that most commits carry, such as Signed-off-by."""
    emoji: tuple[str, ...] = ()
    """Emoji in use, the commonest first."""
    pulls: float = 0.0
    """The share of subjects that end in a pull request's number."""


def learn(commits: Sequence[Commit]) -> Convention:
    """The convention of these commits; merges and reverts say nothing about it."""
    told = [c for c in commits if not c.merge and not c.subject.startswith(("Revert ", "Merge "))]
    heads = [header(commit.subject) for commit in told]
    styles = Counter(map(style_of, heads))
    shares = tuple((style, count / len(heads)) for style, count in styles.most_common())
    if len(told) < FEWEST:
        return Convention(len(told), Style.PLAIN, shares)
    style = shares[0][0] if shares[0][1] >= HALF else Style.PLAIN
    summaries = [head.summary for head in heads]
    bodies = [_prose(commit.body) for commit in told]
    return Convention(
        commits=len(told),
        style=style,
        shares=shares,
        types=_commonest(head.type for head in heads),
        scopes=_commonest(head.scope or head.area for head in heads),
        capital=_habit([s for s in summaries if s[:1].isalpha()], lambda s: s[0].isupper()),
        period=_habit(summaries, lambda s: s.endswith(".") and not s.endswith("..")),
        mood=_mood(summaries),
        subject_width=_width([len(commit.subject) for commit in told], (50, 72, 80, 100)) or 100,
        body_width=_width([max(map(len, b.split("\n"))) for b in bodies if b], (72, 80, 100, 120)),
        bodies=sum(map(bool, bodies)) / len(told),
        trailers=_trailers(told),
        emoji=_commonest(head.emoji for head in heads),
        pulls=sum(head.pull is not None for head in heads) / len(told),
    )


def style_of(head: Header) -> Style:
    """The style of one subject."""
    if head.type:
        return Style.CONVENTIONAL
    if head.emoji:
        return Style.GITMOJI
    if head.ticket:
        return Style.TICKET
    return Style.AREA if head.area else Style.PLAIN


def told(convention: Convention) -> str:
    """The convention in lines for a person or a model."""
    if convention.commits < FEWEST:
        return f"too few commits ({convention.commits}) to show a convention"
    shares = ", ".join(f"{style} {share:.0%}" for style, share in convention.shares)
    lines = [f"Learned from {convention.commits} commits: {shares}", f"Write: {form(convention)}"]
    if convention.types:
        lines.append(f"Types in use: {', '.join(convention.types[:12])}")
    if convention.scopes:
        lines.append(f"Scopes or areas in use: {', '.join(convention.scopes[:12])}")
    lines.append(f"Subject: {', '.join(_subject(convention))}")
    width = f", at most {convention.body_width} wide" if convention.body_width else ""
    lines.append(f"Body: {convention.bodies:.0%} of commits have one{width}")
    if convention.trailers:
        lines.append(f"Trailers: {', '.join(convention.trailers)}")
    return "\n".join(lines)


def form(convention: Convention) -> str:
    """What a subject looks like."""
    match convention.style:
        case Style.CONVENTIONAL:
            scoped = "type(scope): summary" if convention.scopes else "type: summary"
            return f"{scoped}, type one of {', '.join(convention.types[:6] or TYPES)}"
        case Style.GITMOJI:
            return f"an emoji such as {' '.join(convention.emoji[:4])}, then the summary"
        case Style.TICKET:
            return "the ticket's key, then the summary"
        case Style.AREA:
            return f"area: summary, such as {', '.join(convention.scopes[:4])}"
        case Style.PLAIN:
            return "a sentence without a prefix"


def _subject(convention: Convention) -> list[str]:
    said = [f"at most {convention.subject_width} characters"]
    if convention.capital is not None:
        said.append("begins with a capital" if convention.capital else "begins in lower case")
    if convention.mood:
        said.append(f"{convention.mood} mood")
    if convention.period is not None:
        said.append("ends in a full stop" if convention.period else "no full stop")
    return said


def _habit(texts: Sequence[str], test: Callable[[str], bool]) -> bool | None:
    """Whether four of five do it, or four of five do not; None where neither is so."""
    if not texts:
        return None
    share = sum(map(test, texts)) / len(texts)
    return True if share >= 0.8 else False if share <= 0.2 else None


def _mood(summaries: Sequence[str]) -> Mood | None:
    moods = Counter(found for found in map(mood, summaries) if found)
    if sum(moods.values()) < FEWEST:
        return None
    [(first, count)] = moods.most_common(1)
    return first if count / sum(moods.values()) >= 0.7 else None


def _width(lengths: Sequence[int], usual: Sequence[int]) -> int:
    """The least usual bound that nineteen of twenty keep; 0 where they keep none."""
    if not lengths:
        return 0
    most = sorted(lengths)[max(0, int(len(lengths) * 0.95) - 1)]
    return next((bound for bound in usual if most <= bound), 0)


def _commonest(words: Iterable[str], most: int = 30) -> tuple[str, ...]:
    return tuple(word for word, _ in Counter(filter(None, words)).most_common(most))


def _trailers(commits: Sequence[Commit]) -> tuple[str, ...]:
    counted = Counter(key for c in commits for key in {key for key, _ in trailers(c.message)})
    return tuple(key for key, count in counted.most_common() if count >= HALF * len(commits))


def _prose(body: str) -> str:
    """The body without trailers and without lines that nobody can break."""
    lines = [
        line
        for line in body.split("\n")
        if not re.match(r"[A-Za-z][\w-]*: |\s{4}|\t|>", line) and "://" not in line
    ]
    return "\n".join(lines).strip()
