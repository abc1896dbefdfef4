"""One specialist's loop, as pure steps: brief, step, stop.

The graph runs the steps and keeps their results; what happens in each is decided here.
"""

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolMessage

from agents.asking import Answer, Question, Watcher, ask
from agents.mind import Mind
from agents.names import held
from agents.outcome import Outcome
from agents.plan import Task
from agents.request import Request
from agents.stable import told_after
from agents.thinking import decide, without_switches
from agents.tools.excerpt import clip, clip_line
from prompts import Prompt, render

MAX_STEPS = {"low": 8, "medium": 12, "high": 20}
"""Model calls within a task of each complexity; the last one may not call a tool."""

MAX_REPEATS = 2
"""Calls made twice within one task, before it must answer."""

LINES, LINE, RESULT = 12, 200, 800
"""Lines of a survey, characters of one, and characters of a tool's result in a short prompt."""
FEW_STEPS = 6
"""Model calls of a task whose prompts are short."""

SUMMARY_CHARS = 1200
"""What of a specialist's answer later prompts see."""


def brief(
    task: Task,
    request: Request,
    facts: str,
    earlier: Sequence[Outcome],
    *,
    tools: Sequence[str] = (),
    short: bool = False,
) -> list[AnyMessage]:
    """The messages that a specialist begins with: what all of them share, then what its role
    knows, then its task. A short one names its `tools`."""
    if short:
        return _in_short(task, request, facts, earlier, tools)
    told = render(Prompt.TASK, request=request.text, goal=task.goal, earlier=list(earlier))
    known = render(Prompt.FACTS, role=task.role.value, facts=facts)
    return [SystemMessage(render(Prompt.SPECIALIST)), told_after(known, told)]


def _in_short(
    task: Task, request: Request, facts: str, earlier: Sequence[Outcome], tools: Sequence[str]
) -> list[AnyMessage]:
    told = render(
        Prompt.TASK,
        short=True,
        facts="\n".join(clip_line(line, LINE) for line in facts.splitlines()[:LINES]),
        request=without_switches(request.text),
        goal=without_switches(task.goal),
        earlier=[outcome.in_a_line(LINE) for outcome in earlier],
    )
    who = render(Prompt.SPECIALIST, short=True, role=task.role.value, tools=tools)
    return [SystemMessage(who), HumanMessage(told)]


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
    short = mind.member.short_prompts
    question = Question(
        role=task.role,
        task=task.id,
        phase="work",
        messages=[_clipped(message) for message in messages] if short else messages,
        thinking=decide(mind.member, request, task.complexity, refused=rejected),
        answer_tokens=mind.member.answer_tokens,
        tools=held(tools, messages) if short else tools,
        calls="none" if last else "any" if _unread(messages) else "auto",
        short=short,
    )
    return await ask(mind, question, watch)


def most_steps(task: Task, *, short: bool) -> int:
    """Model calls within that task; a model that reads short prompts has learnt short tasks."""
    most = MAX_STEPS[task.complexity]
    return min(most, FEW_STEPS) if short else most


def _clipped(message: AnyMessage) -> AnyMessage:
    """A tool's result as short as those that the embedded model has learnt from."""
    if not isinstance(message, ToolMessage):
        return message
    return message.model_copy(update={"content": clip(str(message.content), RESULT)})


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
