"""Addresses of commits, pull requests and comparisons, made from a remote; nothing is asked.

Only for servers whose form is known: those with `github` or `gitlab` in their name, and those that
the caller knows to be GitHub Enterprise.
"""

from collections.abc import Collection
from dataclasses import dataclass

from agents.history.remote import Remote


@dataclass(frozen=True)
class Links:
    """Makes addresses; each is empty where the server's form is not known."""

    web: str = ""
    gitlab: bool = False

    def commit(self, id: str) -> str:
        """A commit's page."""
        return self._made(f"commit/{id}")

    def pull(self, number: int) -> str:
        """The page of a pull or merge request."""
        return self._made(f"merge_requests/{number}" if self.gitlab else f"pull/{number}")

    def compare(self, before: str, after: str) -> str:
        """The page that shows what two revisions differ in."""
        return self._made(f"compare/{before}...{after}")

    def _made(self, rest: str) -> str:
        return f"{self.web}/{'-/' if self.gitlab else ''}{rest}" if self.web else ""


def links_of(remote: Remote | None, github_hosts: Collection[str] = ()) -> Links:
    """The addresses of a remote's server."""
    if remote is None:
        return Links()
    if "gitlab" in remote.host:
        return Links(remote.web, gitlab=True)
    known = "github" in remote.host or remote.host in github_hosts
    return Links(remote.web) if known else Links()
