"""What happens in a run, as typed events: one stream that text, JSON and the terminal read.

Two kinds. `Published` events are the contract of `--json`: they carry `session` and `seq`, which
the run stamps as they leave the graph. `Live` events (deltas, a tool that starts) exist for a
person who watches, and never reach JSON.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from agents.finding import Severity
from agents.outcome import Status
from agents.plan import Task
from agents.report import Report
from agents.role import Role


class Event(BaseModel):
    """The base of all events; `type` tells them apart."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Live(Event):
    """An event for a person who watches."""

    role: Role
    task: str | None = None


class TextDelta(Live):
    """A piece of an answer as it is generated."""

    type: Literal["text_delta"] = "text_delta"
    text: str


class ThoughtDelta(Live):
    """A piece of thinking as it is generated."""

    type: Literal["thought_delta"] = "thought_delta"
    text: str


class ToolStarted(Live):
    """A tool is about to run."""

    type: Literal["tool_started"] = "tool_started"
    tool: str
    arguments: dict[str, JsonValue]


class ModelAwaited(Live):
    """A call waits until others give up the memory that its model needs."""

    type: Literal["model_awaited"] = "model_awaited"
    position: int
    """In line; 1 is next."""


class Published(Event):
    """An event that `--json` prints."""

    session: str = ""
    seq: int = 0
    """Counts from 1 in each stream."""


class Planned(Published):
    """The plan, or its extension by a review. On a resume it comes first, with what is finished."""

    type: Literal["planned"] = "planned"
    tasks: tuple[Task, ...]
    finished: tuple[str, ...] = ()


class TaskStarted(Published):
    type: Literal["task_started"] = "task_started"
    role: Role
    task: str
    goal: str


class ThoughtEvent(Published):
    """A whole thinking trace, once it has closed."""

    type: Literal["thought"] = "thought"
    role: Role
    task: str | None = None
    text: str
    tokens: int
    seconds: float
    closed: Literal["model", "budget", "length"]
    decided: str = ""


class Text(Published):
    """A whole answer of one model call; JSON meant for Cadre itself is not sent."""

    type: Literal["text"] = "text"
    role: Role
    task: str | None = None
    text: str


class ToolCalled(Published):
    """A tool has run (or was refused: then `evidence` tells by whom)."""

    type: Literal["tool_called"] = "tool_called"
    role: Role
    task: str | None = None
    tool: str
    arguments: dict[str, JsonValue]
    evidence: str
    exit_code: int
    seconds: float


class ApprovalAsked(Published):
    """A call that a person must decide on."""

    type: Literal["approval_asked"] = "approval_asked"
    role: Role
    task: str
    tool: str
    arguments: dict[str, JsonValue]
    reason: str
    preview: str = ""
    """What the call would change, as a unified diff or in words; empty where it changes nothing."""
    rule: str = ""
    """What "always" would allow from now on; empty where it cannot be allowed for ever."""


class FindingEvent(Published):
    type: Literal["finding"] = "finding"
    role: Role
    task: str
    severity: Severity
    message: str
    path: str | None = None
    line: int | None = None
    rule: str
    tool: str
    evidence: tuple[str, ...] = ()
    fix: str | None = None


class TaskFinished(Published):
    type: Literal["task_finished"] = "task_finished"
    role: Role
    task: str
    status: Status
    summary: str


class UsageEvent(Published):
    """What one model call cost."""

    type: Literal["usage"] = "usage"
    role: Role
    task: str | None = None
    prompt_tokens: int
    reused_tokens: int
    prefilled_tokens: int = 0
    reuse_ended: str = ""
    thinking_tokens: int
    answer_tokens: int
    queued_seconds: float = 0.0
    first_token_seconds: float
    seconds: float
    steps: int = 0
    batched: int = 0


class Reported(Published):
    """The run is done; always the last event of a run that ends well."""

    type: Literal["reported"] = "reported"
    report: Report


class Failed(Published):
    """The run is not done; always the last event of one that ends badly."""

    type: Literal["failed"] = "failed"
    message: str
    hint: str
    exit_code: int
