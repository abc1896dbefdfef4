"""How nodes tell the world: events through LangGraph's own stream."""

from collections.abc import Callable, Iterable
from typing import Literal

from langgraph.types import StreamWriter

from agents.asking import Answer, Watcher
from agents.finding import Finding
from agents.role import Role
from graphs.events import (
    FindingEvent,
    ModelAwaited,
    Text,
    TextDelta,
    ThoughtDelta,
    ThoughtEvent,
    UsageEvent,
)


def watcher(tell: StreamWriter, role: Role, task: str | None, *, prose: bool = True) -> Watcher:
    """Tells each piece as it comes; JSON meant for Cadre itself is no prose and is not told."""

    def watch(kind: Literal["reasoning", "text"], text: str) -> None:
        if kind == "reasoning":
            tell(ThoughtDelta(role=role, task=task, text=text))
        elif prose:
            tell(TextDelta(role=role, task=task, text=text))

    return watch


def awaiting(tell: StreamWriter, role: Role, task: str | None) -> Callable[[int], None]:
    """Tells the position of a call that must wait for its model."""
    return lambda position: tell(ModelAwaited(role=role, task=task, position=position))


def tell_answer(tell: StreamWriter, answer: Answer, *, prose: bool = True) -> None:
    """Tells what one model call thought, said and cost."""
    role, task = answer.spent.role, answer.spent.task
    if answer.thought:
        thought = answer.thought.model_dump(exclude={"role", "task"})
        tell(ThoughtEvent(role=role, task=task, **thought))
    if prose and answer.text.strip():
        tell(Text(role=role, task=task, text=answer.text))
    tell(UsageEvent(role=role, task=task, **answer.spent.usage.model_dump()))


def tell_findings(tell: StreamWriter, role: Role, task: str, findings: Iterable[Finding]) -> None:
    """Tells each finding."""
    for finding in findings:
        tell(FindingEvent(role=role, task=task, **finding.model_dump()))
