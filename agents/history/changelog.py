"""What changed between two revisions, as a person who upgrades wants to read it.

Sections by Conventional type, or, where the repository has no such convention, by the verbs of Keep
a Changelog (https://keepachangelog.com). Breaking changes come first. Nothing is asked of a server.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from agents.history.asked import HistoryError, commit_of
from agents.history.commit import MOST, Commit, commits
from agents.history.header import TYPES, Header, breaking_note, header
from agents.history.links import Links, links_of
from agents.history.mood import imperative
from agents.history.remote import remote_of
from agents.history.resolved import Resolved, resolve
from agents.history.tags import last_release, tags
from agents.tools.workplace import Workplace

BREAKING = "Breaking changes"
REVERTED = "Reverted"

TITLES = {
    "feat": "Features",
    "fix": "Fixes",
    "perf": "Performance",
    "security": "Security",
    "docs": "Documentation",
    "refactor": "Refactoring",
    "style": "Style",
    "test": "Tests",
    "build": "Build",
    "ci": "CI",
    "chore": "Chores",
}
"""Sections by Conventional type, in their order."""

OTHER = "Other changes"

KEPT = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
"""Sections of Keep a Changelog, in their order."""

_VERBS = {
    "Added": ("add", "introduce", "implement", "support", "create", "allow", "enable", "provide"),
    "Deprecated": ("deprecate",),
    "Removed": ("remove", "delete", "drop", "strip"),
    "Fixed": ("fix", "correct", "resolve", "repair", "prevent", "avoid"),
}
_SECTION = {verb: section for section, verbs in _VERBS.items() for verb in verbs}
_SECURITY = re.compile(r"\b(CVE-\d{4}-\d+|GHSA-[\w-]+|vulnerabilit|security)\b", re.IGNORECASE)
_RELEASE = re.compile(
    r"(chore\(release\): .*|release:? v?\d.*|v?\d+\.\d+(\.\d+)\S*|"
    r"(bump|prepare|set|start) (the )?(version|release)\b.*)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Entry:
    """One change."""

    summary: str
    scope: str
    id: str
    """The commit's full hash."""
    author: str
    pull: int | None = None
    """The pull request that it came by."""
    note: str = ""
    """What breaks, where the commit says so."""


@dataclass(frozen=True)
class Section:
    """The changes of one kind."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Changelog:
    """The changes of a range."""

    since: str
    """The revision that it begins after; empty where it begins with the first commit."""
    until: str
    date: str
    """Of the newest commit; empty where there is none."""
    sections: tuple[Section, ...]
    commits: tuple[Commit, ...]
    """All of the range, merges and reverts included."""
    links: Links
    clipped: bool = False
    """Whether there are more commits than were read."""

    @property
    def breaking(self) -> bool:
        """Whether something breaks."""
        return any(section.title == BREAKING for section in self.sections)

    @property
    def features(self) -> bool:
        """Whether something is new."""
        return any(section.title in {"Features", "Added"} for section in self.sections)


async def changelog(workplace: Workplace, range: str = "") -> Changelog:
    """The changes of a range `a..b`, or since a revision `a`; by default since the last release.

    HistoryError where there is no such revision.
    """
    since, until = await _ends(workplace, range)
    wanted = f"{await commit_of(workplace, since)}..{until}" if since else until
    await commit_of(workplace, until)
    found = await commits(workplace, wanted, MOST)
    return Changelog(
        since=since,
        until=until,
        date=found[0].date if found else "",
        sections=sections(resolve(found)),
        commits=found,
        links=await _links(workplace),
        clipped=len(found) >= MOST,
    )


def sections(resolved: Resolved) -> tuple[Section, ...]:
    """The sections, in their order; by Conventional types where at least half have one."""
    heads = [(c, header(c.subject)) for c in resolved.commits if not _RELEASE.fullmatch(c.subject)]
    conventional = sum(bool(head.type) for _, head in heads) * 2 >= len(heads)
    entries: defaultdict[str, list[Entry]] = defaultdict(list)
    for commit, head in heads:
        note = breaking_note(commit.body)
        title = _by_type(head) if conventional else _by_verb(head)
        if head.breaking or note:
            title = BREAKING
        entries[title].append(_entry(commit, head, note, resolved.pulls.get(commit.id)))
    for commit in resolved.reverts:
        entries[REVERTED].append(_entry(commit, header(commit.subject), "", None))
    order = (BREAKING, *(TITLES.values() if conventional else KEPT), OTHER, REVERTED)
    return tuple(Section(title, tuple(entries[title])) for title in order if title in entries)


def _entry(commit: Commit, head: Header, note: str, pull: int | None) -> Entry:
    scope = head.scope or head.area
    return Entry(head.summary, scope, commit.id, commit.author, head.pull or pull, note)


def _by_type(head: Header) -> str:
    return TITLES.get(head.kind, OTHER) if head.kind in {*TYPES, "security"} else OTHER


def _by_verb(head: Header) -> str:
    if _SECURITY.search(head.summary):
        return "Security"
    words: Sequence[str] = re.findall(r"[A-Za-z]+", head.summary)
    verb = imperative(words[0]) if words else None
    return _SECTION.get(verb or "", "Fixed" if head.kind == "fix" else "Changed")


async def _ends(workplace: Workplace, range: str) -> tuple[str, str]:
    if "..." in range:
        raise HistoryError("a changelog takes a range with two dots, such as v1.0..HEAD")
    if range:
        since, dots, until = range.partition("..")
        return since, (until or "HEAD") if dots else "HEAD"
    await commit_of(workplace, "HEAD")
    last = last_release(await tags(workplace, merged="HEAD"))
    return (f"refs/tags/{last.name}" if last else ""), "HEAD"


async def _links(workplace: Workplace) -> Links:
    try:
        return links_of(await remote_of(workplace))
    except HistoryError:
        return Links()
