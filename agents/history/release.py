"""Release notes: the changelog, who made the changes, and the version that they ask for."""

import re
from collections import Counter
from dataclasses import dataclass

from agents.history.asked import asked
from agents.history.changelog import Changelog, changelog
from agents.history.commit import Commit, trailers
from agents.history.version import Version, parse_version
from agents.tools.workplace import Workplace


@dataclass(frozen=True)
class ReleaseNotes:
    """What a release would say."""

    changelog: Changelog
    version: Version | None
    """The next version by Semantic Versioning; None where the last one cannot be counted on."""
    authors: tuple[tuple[str, int], ...]
    """Names with their commits, the most first; machines are left out."""
    newcomers: frozenset[str]
    """Those who have no commit before."""


async def release_notes(workplace: Workplace, range: str = "") -> ReleaseNotes:
    """Notes for a range, by default everything since the last release; HistoryError as there."""
    made = await changelog(workplace, range)
    authors = _authors(made.commits)
    before = await _before(workplace, made.since) if made.since else frozenset()
    new = frozenset(name for name, _ in authors if name not in before) if made.since else before
    return ReleaseNotes(made, next_version(made), authors, new)


def next_version(made: Changelog) -> Version | None:
    """The version that the changes ask for; None where the last one cannot be counted on."""
    last = parse_version(made.since.removeprefix("refs/tags/"))
    if last is None or last.dated or len(last.numbers) != 3 or not made.sections:
        return None
    return last.next(breaking=made.breaking, feature=made.features)


def _authors(commits: tuple[Commit, ...]) -> tuple[tuple[str, int], ...]:
    counted: Counter[str] = Counter()
    for commit in commits:
        if commit.merge:
            continue
        others = (v for key, v in trailers(commit.message) if key.lower() == "co-authored-by")
        names = {commit.author, *(re.sub(r"\s*<.*", "", other) for other in others)}
        counted.update(name for name in names if name and not _machine(name))
    return tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


async def _before(workplace: Workplace, since: str) -> frozenset[str]:
    names = await asked(
        workplace, "log", "--format=%aN", "--max-count=50000", "--end-of-options", since, "--"
    )
    return frozenset(names.splitlines())


def _machine(name: str) -> bool:
    return name.lower().endswith(("[bot]", "-bot")) or name.lower() in {"dependabot", "renovate"}
