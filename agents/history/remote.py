"""Where a repository's remote is: host and path, from its URL. Never guessed."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from agents.history.asked import HistoryError, asked, first_line
from agents.tools.git import git
from agents.tools.workplace import Workplace

_SCP = re.compile(r"(?:[\w.+-]+@)?(?P<host>\[[0-9a-fA-F:]+\]|[\w.-]+):(?P<path>(?!//|\\).+)")
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_ALIASES = {"ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com"}
"""Hosts that serve ssh on the port of https."""


@dataclass(frozen=True)
class Remote:
    """A repository on a server."""

    host: str
    """In lower case, without user and port."""
    path: str
    """Such as owner/name; on GitLab there may be more parts."""

    @property
    def web(self) -> str:
        """Its page."""
        return f"https://{self.host}/{self.path}"

    @property
    def owner(self) -> str:
        """What stands before the last part of the path."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """The path's last part."""
        return self.path.rpartition("/")[2]


def parse_remote(url: str) -> Remote | None:
    """The remote that a URL names; None for a local path, or what is no such URL."""
    host, path = _parts(url.strip())
    path = path.strip("/").removesuffix(".git").strip("/")
    parts = path.split("/")
    if not re.fullmatch(r"[a-z0-9.:\[\]-]+", host) or len(parts) < 2:
        return None
    if not all(_NAME.fullmatch(part) and part not in {".", ".."} for part in parts):
        return None
    return Remote(_ALIASES.get(host, host), path)


async def remote_of(workplace: Workplace) -> Remote:
    """The remote that the branch follows, else `origin`, else the only one; or HistoryError."""
    names = (await asked(workplace, "remote")).split()
    if not names:
        raise HistoryError("this repository has no remote; add one with git remote add origin URL")
    name = await _followed(workplace, names)
    url = (await asked(workplace, "remote", "get-url", "--", name)).strip()
    remote = parse_remote(url)
    if remote is None:
        raise HistoryError(f"the URL of remote {name!r} names no repository on a server")
    return remote


async def _followed(workplace: Workplace, names: list[str]) -> str:
    ran = await git(workplace, "rev-parse", "--abbrev-ref", "--symbolic-full-name", "@{upstream}")
    upstream = first_line(ran.stdout) if ran.exit_code == 0 else ""
    for name in sorted(names, key=len, reverse=True):
        if upstream.startswith(f"{name}/"):
            return name
    if "origin" in names or len(names) == 1:
        return "origin" if "origin" in names else names[0]
    raise HistoryError(f"several remotes, none called origin: {', '.join(names)}; say git push -u")


def _parts(url: str) -> tuple[str, str]:
    if "://" in url:
        try:
            split = urlsplit(url)
            host = split.hostname or ""
        except ValueError:
            return "", ""
        known = split.scheme in {"https", "http", "ssh", "git", "git+ssh", "ssh+git"}
        return (host.lower(), split.path) if known else ("", "")
    match = _SCP.fullmatch(url)
    return (match["host"].lower(), match["path"]) if match else ("", "")
