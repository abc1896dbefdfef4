"""One session, as a list shows it and as a whole."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field, JsonValue

from agents.evidence import Evidence
from agents.finding import Finding
from agents.outcome import Outcome
from agents.plan import Plan
from agents.report import Report
from agents.request import Request
from agents.role import Role
from agents.thought import Thought
from agents.word import Word
from models.usage import Usage


class SessionStatus(StrEnum):
    """How the last work on a session ended."""

    RUNNING = "running"
    STOPPED = "stopped"
    PLANNED = "planned"
    FAILED = "failed"
    DONE = "done"


class SessionRow(Word):
    """One session, as a list shows it."""

    name: str
    repo: str
    request: str
    """The text of the latest request."""
    status: SessionStatus
    created: datetime
    updated: datetime
    asked: Request | None = None
    """The latest request as a whole."""
    flags: dict[str, JsonValue] = Field(default_factory=dict)
    """The settings that were typed with it, in the shape of `agents.settings.load`."""


class SessionView(Word):
    """Everything that a session holds."""

    row: SessionRow
    plan: Plan | None
    outcomes: dict[str, Outcome]
    evidence: tuple[Evidence, ...]
    findings: tuple[Finding, ...]
    thoughts: tuple[Thought, ...]
    usage: dict[Role, Usage]
    report: Report | None
