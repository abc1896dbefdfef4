"""A commit as git keeps it, and the list of them in a range."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agents.history.asked import asked
from agents.tools.workplace import Workplace

MOST = 5000
"""More commits than this are not read."""

_FIELDS = 6
_TRAILER = re.compile(r"([A-Za-z][A-Za-z0-9-]*): +(\S.*)")


@dataclass(frozen=True)
class Commit:
    """One commit, without its changes."""

    id: str
    """The full hash."""
    parents: tuple[str, ...]
    author: str
    """Name, by the repository's mailmap."""
    email: str
    date: str
    """The author's date, such as 2026-01-31."""
    message: str

    @property
    def subject(self) -> str:
        """The message's first line."""
        return self.message.partition("\n")[0]

    @property
    def body(self) -> str:
        """The rest of the message, trailers included."""
        return self.message.partition("\n")[2].strip("\n")

    @property
    def merge(self) -> bool:
        """Whether it joins two lines of history."""
        return len(self.parents) > 1


async def commits(
    workplace: Workplace, range: str = "HEAD", limit: int = MOST, merges: bool = True
) -> tuple[Commit, ...]:
    """The commits of a range, newest first; HistoryError where there is no such range."""
    which = () if merges else ("--no-merges",)
    output = await asked(
        workplace,
        *("log", "-z", "--no-ext-diff", "--encoding=UTF-8", *which, f"--max-count={limit}"),
        *("--format=%H%x1f%P%x1f%aN%x1f%aE%x1f%as%x1f%B", "--end-of-options", range, "--"),
        max_bytes=24_000_000,
    )
    return tuple(_parsed(output))


def trailers(message: str) -> list[tuple[str, str]]:
    """Trailers such as Signed-off-by, with their values: the last paragraph, where it is all so."""
    last = message.rstrip().rpartition("\n\n")[2] if "\n\n" in message else ""
    lines = [line for line in last.split("\n") if not line.startswith((" ", "\t"))]
    found = [_TRAILER.fullmatch(line) for line in lines]
    return [(match[1], match[2].strip()) for match in found if match] if all(found) else []


def _parsed(output: str) -> Iterator[Commit]:
    """The records; one that is cut, since there was too much output, is left out."""
    for record in output.split("\0"):
        fields = record.split("\x1f", _FIELDS - 1)
        if len(fields) < _FIELDS or not re.fullmatch(r"[0-9a-f]{40,64}", fields[0]):
            continue
        id, parents, author, email, date, message = fields
        text = message.replace("\r\n", "\n").strip("\n")
        yield Commit(id, tuple(parents.split()), author, email, date, text)
