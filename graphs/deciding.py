"""The node that decides whether calls may run; the only one that interrupts, and it runs nothing.

A person sees what a call would change. What was seen is kept with the call: should it be something
else by the time the call runs, then it does not run. A call that the person rewrote stays
undecided, so that the node sees it again, with what it would change now.
"""

from collections.abc import Sequence
from typing import Any

from langgraph.runtime import Runtime
from langgraph.types import interrupt

from agents.belts import named, tools_for
from agents.tools.policy import Allow, Ask, Deny
from agents.tools.tool import Kind
from agents.tools.toolbox import judge, kind_of, preview_of
from graphs.approvals import Decision, digest
from graphs.context import Context
from graphs.state import Call, TaskState


async def decide(state: TaskState, runtime: Runtime[Context]) -> dict[str, Any]:
    """Asks the policy about each undecided call, and one person about all that it leaves open."""
    context = runtime.context
    verdicts = [None if call.decided else _verdict(state, call, context) for call in state["calls"]]
    calls = list(zip(state["calls"], verdicts, strict=True))
    questions = [await _question(state, c, v, context) for c, v in calls if isinstance(v, Ask)]
    answers = iter(_ask_person(state, context, questions))
    decided = []
    for call, verdict in calls:
        match verdict:
            case None:
                decided.append(call)
            case Allow():
                decided.append(call.model_copy(update={"decided": True}))
            case Deny(reason):
                decided.append(_refused(call, reason))
            case Ask():
                decided.append(_answered(call, *next(answers)))
    return {"calls": decided}


def undecided(state: TaskState) -> bool:
    """Whether a person rewrote a call, so that it must be looked at again."""
    return any(not call.decided for call in state["calls"])


def _verdict(state: TaskState, call: Call, context: Context) -> Allow | Ask | Deny:
    role = state["task"].role
    tool = named(role, call.tool)
    if tool is None:
        known = ", ".join(tool.name for tool in tools_for(role))
        return Deny(f"there is no tool {call.tool!r}; there are {known}")
    verdict = judge(tool, call.arguments, context.workplace, context.settings.approve)
    ruled = isinstance(verdict, Ask) and context.rules.allow(tool, call.arguments)
    return Allow() if ruled else verdict


async def _question(state: TaskState, call: Call, ask: Ask, context: Context) -> dict[str, Any]:
    """What is asked about one call, as the interrupt carries it."""
    tool = named(state["task"].role, call.tool)
    assert tool is not None, "an unknown tool is denied"
    shown = await preview_of(tool, call.arguments, context.workplace)
    return {
        "tool": call.tool,
        "arguments": call.arguments,
        "reason": call.why or f"it would {ask.reason.partition(' would ')[2]}",
        "preview": shown,
        "rule": context.rules.suggested(tool, call.arguments),
        "seen": digest(shown),
        "secret": kind_of(tool, call.arguments) is Kind.READ,
    }


def _ask_person(
    state: TaskState, context: Context, questions: Sequence[dict[str, Any]]
) -> list[tuple[Decision, str]]:
    """A decision for each question, and the digest of what was shown with it."""
    if not questions:
        return []
    if not context.attended:
        return [(Decision(approved=False, reason=_alone(asked)), "") for asked in questions]
    task = state["task"]
    answers = interrupt({"role": task.role.value, "task": task.id, "calls": list(questions)})
    return [(Decision.model_validate(told["decision"]), told["seen"]) for told in answers]


def _alone(question: dict[str, Any]) -> str:
    """Why nothing comes of a question where nobody is there."""
    if question["secret"]:
        return "it may read secrets, and nobody is there to ask"
    return "it needs an approval and nobody is there to ask; allow it with --approve all"


def _answered(call: Call, decision: Decision, seen: str) -> Call:
    if decision.arguments is not None and decision.arguments != call.arguments:
        return call.model_copy(update={"arguments": decision.arguments})
    if decision.approved:
        return call.model_copy(update={"decided": True, "seen": seen})
    return _refused(call, decision.reason or "rejected by the user")


def _refused(call: Call, reason: str) -> Call:
    return call.model_copy(update={"decided": True, "refused": reason})
