"""Version numbers in tags: parsed, ordered, and the next one.

As in Semantic Versioning 2.0.0 (https://semver.org), more lenient: two to four numbers, any prefix.
"""

import re
from dataclasses import dataclass
from functools import total_ordering

_VERSION = re.compile(
    r"(?P<prefix>(?:.*[^0-9.])?)(?P<numbers>\d{1,9}(?:\.\d{1,9}){1,3})"
    r"(?P<pre>(?:-|(?=a|b|rc|\.dev|\.?post))[0-9A-Za-z.-]+)?(?P<build>\+[0-9A-Za-z.-]+)?"
)


@total_ordering
@dataclass(frozen=True)
class Version:
    """What a tag says: `v1.2.3-rc.1`."""

    prefix: str
    """`v`, `release-`, `package@`, or nothing."""
    numbers: tuple[int, ...]
    pre: str = ""
    """The pre-release such as `rc.1`; empty in a release."""

    def __str__(self) -> str:
        pre = f"-{self.pre}" if self.pre else ""
        return f"{self.prefix}{'.'.join(map(str, self.numbers))}{pre}"

    def __lt__(self, other: "Version") -> bool:
        return self._key() < other._key()

    @property
    def dated(self) -> bool:
        """Whether it counts years, as in 2026.1.0; then its changes do not give the next one."""
        return self.numbers[0] >= 1900

    def next(self, *, breaking: bool, feature: bool) -> "Version":
        """The version after changes of this kind. Before 1.0 a breaking change moves the minor."""
        major, minor, patch = (*self.numbers, 0, 0)[:3]
        if self.pre:
            return Version(self.prefix, (major, minor, patch))
        if breaking and major:
            return Version(self.prefix, (major + 1, 0, 0))
        if breaking or feature:
            return Version(self.prefix, (major, minor + 1, 0))
        return Version(self.prefix, (major, minor, patch + 1))

    def _key(self) -> tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]:
        padded = (*self.numbers, 0, 0, 0)[:4]
        parts = re.findall(r"\d+|[A-Za-z-]+", self.pre)
        # Numbers come before words, and a release after all its pre-releases.
        pre = tuple((not p.isdigit(), int(p) if p.isdigit() else 0, p) for p in parts)
        return padded, not self.pre, pre


def parse_version(tag: str) -> Version | None:
    """The version in a tag's name; None where there is none."""
    match = _VERSION.fullmatch(tag) if len(tag) <= 200 else None
    if not match:
        return None
    pre = (match["pre"] or "").lstrip("-.")
    numbers = tuple(map(int, match["numbers"].split(".")))
    if pre.startswith("post"):
        return None
    return Version(match["prefix"], numbers, pre)
