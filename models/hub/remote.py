"""What the hub says of a file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RemoteFile:
    """A file of a repository at one commit."""

    repository: str
    commit: str
    path: str
    size: int
    etag: str
    """The name of its blob in the cache."""
    sha256: str = ""
    """Of its bytes; empty where the hub keeps the file without LFS and says none."""

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class Listing:
    """The files of a repository at the commit that `main` is now."""

    commit: str
    sizes: dict[str, int | None]
    """By path; None where the hub does not say."""
    checksums: dict[str, str]
    """SHA-256 by path, of those kept with LFS."""
