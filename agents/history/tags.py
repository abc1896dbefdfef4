"""The repository's tags, in the order of their versions."""

from collections.abc import Sequence
from dataclasses import dataclass

from agents.history.asked import asked
from agents.history.version import Version, parse_version
from agents.tools.workplace import Workplace

MOST = 5000


@dataclass(frozen=True)
class Tag:
    """A tag."""

    name: str
    date: str
    """When it was made, such as 2026-01-31."""
    version: Version | None
    """None where its name is no version."""


async def tags(workplace: Workplace, merged: str = "") -> tuple[Tag, ...]:
    """All tags, newest first; with `merged` those that this revision contains."""
    contained = (f"--merged={merged}",) if merged else ()
    output = await asked(
        workplace,
        *("for-each-ref", "--sort=-creatordate", f"--count={MOST}", *contained),
        *("--format=%(refname:lstrip=2)%09%(creatordate:short)", "refs/tags"),
    )
    rows = [line.partition("\t") for line in output.splitlines()]
    return tuple(Tag(name, date, parse_version(name)) for name, _, date in rows if name)


def last_release(found: Sequence[Tag]) -> Tag | None:
    """The highest version among tags of the newest one's prefix; without versions the newest tag.

    Releases go before pre-releases, and prefixes are kept apart: one repository may hold several
    packages, each with tags of its own.
    """
    versions = [(tag.version, tag) for tag in found if tag.version]
    if not versions:
        return found[0] if found else None
    prefix = versions[0][0].prefix
    alike = [(version, tag) for version, tag in versions if version.prefix == prefix]
    released = [pair for pair in alike if not pair[0].pre] or alike
    return max(released, key=lambda pair: pair[0])[1]
