"""What one model call of one role cost."""

from collections.abc import Iterable

from agents.role import Role
from agents.word import Word
from models.usage import Usage


class Spent(Word):
    """One model call's usage, and whose it was."""

    role: Role
    task: str | None = None
    usage: Usage


def by_role(spent: Iterable[Spent]) -> dict[Role, Usage]:
    """The sum of each role that spent anything, in the order of the roster."""
    total: dict[Role, Usage] = {}
    for one in spent:
        total[one.role] = total.get(one.role, Usage()) + one.usage
    return {role: total[role] for role in Role if role in total}
