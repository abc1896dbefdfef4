"""Where in the repository an error comes from: paths of runners, turned into its own."""

import re
from collections.abc import Collection
from functools import cached_property

_CHECKOUTS = re.compile(
    r"/home/runner/work/[^/]+/[^/]+/|/Users/runner/work/[^/]+/[^/]+/|/__w/[^/]+/[^/]+/"
    r"|/github/workspace/|[A-Za-z]:/a/(?:\d+/s|[^/]+/[^/]+)/|/(?:home/vsts|__w|agent/_work)/work/\d+/s/"
    r"|/home/vsts/work/\d+/s/|/builds/[^/]+/[^/]+/|/home/circleci/project/|/root/project/"
    r"|/(?:var/jenkins_home|home/jenkins(?:/agent)?|var/lib/jenkins)/workspace/[^/]+/"
    r"|/var/lib/buildkite-agent/builds/[^/]+/[^/]+/[^/]+/|/drone/src/|/woodpecker/src/(?:[^/]+/){3}"
    r"|/opt/atlassian/pipelines/agent/build/|/bitrise/src/|/home/travis/build/[^/]+/[^/]+/"
)
_FOREIGN = re.compile(
    r"(?:^|/)(?:site-packages|dist-packages|node_modules|_temp|gems|rustc|\.cargo/registry)/"
    r"|(?:^|/)(?:lib/python3|pkg/mod|usr/(?:lib|include|local/go|share)|vendor/bundle|hostedtoolcache)"
    r"|^(?:node|internal|native|webpack):|^<"
)


class Places:
    """Knows the names of the repository's files; without them it goes by the path alone."""

    def __init__(self, names: Collection[str] = ()) -> None:
        self._names = frozenset(names)

    def find(self, path: str) -> str | None:
        """The path as the repository names it; None where it is not the repository's."""
        path = path.strip().removeprefix("file://").replace("\\", "/")
        if not path or len(path) > 500 or _FOREIGN.search(path):
            return None
        inside = _CHECKOUTS.sub("", path, count=1)
        parts = [part for part in inside.split("/") if part not in {"", "."}]
        if self._names:
            return self._known(parts, absolute=inside.startswith("/") or inside[1:2] == ":")
        outside = inside.startswith("/") or re.match(r"[A-Za-z]:", inside) or ".." in parts
        return None if outside else "/".join(parts) or None

    def _known(self, parts: list[str], *, absolute: bool) -> str | None:
        """The file whose path ends as this one does: of those the one that agrees longest."""
        if ".." in parts:
            parts = parts[len(parts) - parts[::-1].index("..") :]
        fewest = 1 if absolute or len(parts) == 1 else 2
        for start in range(len(parts) - fewest + 1):
            ending = "/".join(parts[start:])
            if ending in self._names:
                return ending
            fits = [n for n in self._by_last.get(parts[-1], ()) if n.endswith(f"/{ending}")]
            if len(fits) == 1:
                return fits[0]
        return None

    @cached_property
    def _by_last(self) -> dict[str, list[str]]:
        lasts: dict[str, list[str]] = {}
        for name in sorted(self._names):
            lasts.setdefault(name.rpartition("/")[2], []).append(name)
        return lasts
