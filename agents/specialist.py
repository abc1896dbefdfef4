"""One specialist's loop, as pure steps: brief, step, stop.

The graph runs the steps and keeps their results; what happens in each is decided here.
"""

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, SystemMessage

from agents.asking import Answer, Question, Watcher, ask
from agents.mind import Mind
from agents.outcome import Outcome
from agents.plan import Task
from agents.request import Request
from agents.stable import told_after
from agents.thinking import decide
from prompts import Prompt, render

MAX_STEPS = {"low": 8, "medium": 12, "high": 20}
"""Model calls within a task of each complexity; the last one may not call a tool."""

MAX_REPEATS = 2
"""Calls made twice within one task, before it must answer."""

SUMMARY_CHARS = 1200
"""What of a specialist's answer later prompts see."""


def brief(task: Task, request: Request, facts: str, earlier: Sequence[Outcome]) -> list[AnyMessage]:
    """The messages that a specialist begins with: what all of them share, then what its role
    knows, then its task."""
    told = render(Prompt.TASK, request=request.text, goal=task.goal, earlier=list(earlier))
    known = render(Prompt.FACTS, role=task.role.value, facts=facts)
    return [SystemMessage(render(Prompt.SPECIALIST)), told_after(known, told)]


async def step(
    mind: Mind,
    request: Request,
    task: Task,
    messages: Sequence[AnyMessage],
    tools: Sequence[dict[str, Any]],
    watch: Watcher,
    *,
    last: bool,
    rejected: bool = False,
) -> Answer:
    """One model call of the specialist; the last of a task may not call a tool. After a call that
    could not be read, a grammar holds the next one, once. `rejected`: checks rejected what it wrote
    more than once, so it may think longer."""
    question = Question(
        role=task.role,
        task=task.id,
        phase="work",
        messages=messages,
        thinking=decide(mind.member, request, task.complexity, refused=rejected),
        answer_tokens=mind.member.answer_tokens,
        tools=tools,
        calls="none" if last else "any" if _unread(messages) else "auto",
    )
    return await ask(mind, question, watch)


def _unread(messages: Sequence[AnyMessage]) -> bool:
    """Whether the latest answer held a call that could not be read, and the one before did not."""
    unread = [bool(m.invalid_tool_calls) for m in messages if isinstance(m, AIMessage)]
    return unread[-1:] == [True] and unread[-2:-1] != [True]


def summary(text: str) -> str:
    """A specialist's answer, as later prompts and the report see it."""
    text = text.strip()
    if not text:
        return "no answer in words; see the findings"
    return text if len(text) <= SUMMARY_CHARS else text[:SUMMARY_CHARS].rstrip() + " …"
