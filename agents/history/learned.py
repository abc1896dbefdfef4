"""The convention of a repository as it is now."""

from agents.history.commit import commits
from agents.history.convention import Convention, learn
from agents.tools.workplace import Workplace

LATEST = 200
"""Habits change, so older commits than these are not asked."""


async def learned(workplace: Workplace) -> Convention:
    """What the latest commits have in common; HistoryError where there is no commit yet."""
    return learn(await commits(workplace, "HEAD", LATEST, merges=False))
