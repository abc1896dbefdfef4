"""What a survey comes back with."""

from pydantic import JsonValue

from agents.evidence import Evidence
from agents.finding import Finding
from agents.word import Word


class Proposal(Word):
    """A call worth making that a person has to allow."""

    tool: str
    arguments: dict[str, JsonValue]
    why: str
    """In one line."""


class Survey(Word):
    """The first look of one role at the repository."""

    facts: str
    """Markdown for the model's task message; a line that rests on evidence ends in its id."""
    findings: tuple[Finding, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    products: tuple[str, ...] = ()
    """What the request asked to be written, as Markdown."""
