"""What the user asked, and of which repository."""

from agents.word import Word


class Request(Word):
    """One request to the team."""

    text: str
    """What the user typed."""
    repo: str
    """The repository's root folder, absolute and resolved."""
    thinking: bool | None = None
    """True or False where the user switched thinking; None: as the roster has it."""
    thinking_budget: int | None = None
    """Thinking tokens allowed per call where the user said so."""
