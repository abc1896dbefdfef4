"""A thinking trace, kept apart from every answer."""

from typing import Literal

from agents.role import Role
from agents.word import Word


class Thought(Word):
    """What a model thought before it answered. Never sent to a model again."""

    role: Role
    task: str | None = None
    """The task's id; None for the coordinator's own thinking."""
    text: str
    tokens: int
    seconds: float
    closed: Literal["model", "budget", "length"]
    """Who ended it: the model itself, the budget, or the limit on the answer's length."""
    decided: str = ""
    """Why thinking was on, and with which budget."""
