"""What the user gets."""

from pydantic import Field

from agents.finding import Finding
from agents.role import Role
from agents.word import Word
from models.usage import Usage


class Report(Word):
    """The end of a request: an answer in which every claim cites its evidence, and the findings."""

    answer: str
    """Markdown. Evidence ids stand in square brackets; a claim without one ends in `(opinion)`."""
    findings: tuple[Finding, ...] = ()
    """Worst first."""
    fixed: tuple[Finding, ...] = ()
    """What was found and is there no more, since the run mended it."""
    product: str = ""
    """What the request asked to be written, such as a changelog, as Markdown."""
    changes: tuple[str, ...] = ()
    """Files that the run changed, relative to the repository."""
    open_questions: tuple[str, ...] = ()
    """What nobody could answer, was not allowed, or failed."""
    usage: dict[Role, Usage] = Field(default_factory=dict)
    """What each role's model calls cost together."""
