"""How a task ended."""

from enum import StrEnum

from agents.tools.excerpt import clip_line
from agents.word import Word


class Status(StrEnum):
    """The states of a task, as a person sees them."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Outcome(Word):
    """What a specialist came back with."""

    task: str
    """The task's id."""
    status: Status
    summary: str
    """The specialist's own words; for a failed task, what went wrong."""

    def in_a_line(self, most: int) -> "Outcome":
        """The same with a summary of one line, of at most so many characters."""
        return self.model_copy(update={"summary": clip_line(" ".join(self.summary.split()), most)})
