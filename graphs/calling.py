"""How a specialist's tool calls are decided on and run: two nodes of its subgraph.

Only `decide` may interrupt, and it runs nothing, so that a resume repeats no tool. `use` runs
one call and ends, so that its result is checkpointed before the next one starts.
"""

import shlex
from typing import Any

from langchain_core.messages import ToolMessage
from langgraph.runtime import Runtime
from langgraph.types import interrupt

from agents.evidence import Evidence
from agents.finding import Finding
from agents.surveys import Ledger, findings_of
from agents.tools.policy import Allow, Ask, Deny
from agents.tools.tool import Result
from agents.tools.toolbox import judge, named, tools_for
from agents.tools.toolbox import use as use_tool
from graphs.approvals import Decision
from graphs.context import Context
from graphs.events import ToolCalled, ToolStarted
from graphs.state import Call, TaskState
from graphs.telling import tell_findings
from prompts import Prompt, render

REFUSED = 126
"""The exit code of a call that was not allowed to run, as a shell has it for what cannot be run."""


async def decide(state: TaskState, runtime: Runtime[Context]) -> dict[str, Any]:
    """Asks the policy about each waiting call, and one person about all that it leaves open."""
    verdicts = [_verdict(state, call, runtime.context) for call in state["calls"]]
    open_calls = [
        {"tool": call.tool, "arguments": call.arguments, "reason": call.why or verdict.reason}
        for call, verdict in zip(state["calls"], verdicts, strict=True)
        if isinstance(verdict, Ask)
    ]
    answers = iter(_ask_person(state, runtime.context, open_calls))
    decided = []
    for call, verdict in zip(state["calls"], verdicts, strict=True):
        match verdict:
            case Allow():
                decided.append(call)
            case Deny(reason):
                decided.append(call.model_copy(update={"refused": reason}))
            case Ask():
                decided.append(_answered(call, next(answers)))
    return {"calls": decided}


async def use(state: TaskState, runtime: Runtime[Context]) -> dict[str, Any]:
    """Runs the first waiting call and keeps what it returned."""
    call, *rest = state["calls"]
    known = _earlier(state, call)
    if known:
        told = render(Prompt.REPEATED, evidence=known.id)
        repeats = state.get("repeats", 0) + 1
        return {"calls": rest, "repeats": repeats, **_reply(state, call, told)}
    kept, found = await _run(state, call, runtime)
    findings = () if call.refused else (*found, *findings_of(kept))
    tell_findings(runtime.stream_writer, state["task"].role, state["task"].id, findings)
    return {
        "calls": rest,
        "evidence": [kept],
        "findings": list(findings),
        "open_questions": [_not_run(call)] if call.refused else [],
        **_reply(state, call, f"[{kept.id}] {_outcome(kept)}\n{kept.excerpt}"),
    }


def _verdict(state: TaskState, call: Call, context: Context) -> Allow | Ask | Deny:
    role = state["task"].role
    tool = named(role, call.tool)
    if tool is None:
        known = ", ".join(tool.name for tool in tools_for(role))
        return Deny(f"there is no tool {call.tool!r}; there are {known}")
    return judge(tool, call.arguments, context.workplace, context.settings.approve)


def _ask_person(state: TaskState, context: Context, calls: list[dict[str, Any]]) -> list[Decision]:
    if not calls:
        return []
    if not context.attended:
        why = "it needs an approval and nobody is there to ask; allow it with --approve all"
        return [Decision(approved=False, reason=why)] * len(calls)
    task = state["task"]
    answers = interrupt({"role": task.role.value, "task": task.id, "calls": calls})
    return [Decision.model_validate(answer) for answer in answers]


def _answered(call: Call, decision: Decision) -> Call:
    if decision.approved:
        return call
    return call.model_copy(update={"refused": decision.reason or "rejected by the user"})


def _earlier(state: TaskState, call: Call) -> Evidence | None:
    for kept in state.get("evidence", []):
        if (kept.tool, kept.arguments) == (call.tool, call.arguments):
            return kept
    return None


async def _run(
    state: TaskState, call: Call, runtime: Runtime[Context]
) -> tuple[Evidence, tuple[Finding, ...]]:
    """The evidence, and what the call found, citing it."""
    task, tell, context = state["task"], runtime.stream_writer, runtime.context
    ledger = Ledger(task.id, state.get("evidence", []))
    if call.refused:
        result = Result(f"not run: {call.refused}", exit_code=REFUSED)
    else:
        tell(ToolStarted(role=task.role, task=task.id, tool=call.tool, arguments=call.arguments))
        tool = named(task.role, call.tool)
        assert tool is not None, "decide refused it"
        result = await use_tool(tool, call.arguments, context.workplace)
    kept = ledger.keep(call.tool, call.arguments, result)
    told = kept.model_dump(include={"tool", "arguments", "exit_code", "seconds"})
    tell(ToolCalled(role=task.role, task=task.id, evidence=kept.id, **told))
    return kept, tuple(f.model_copy(update={"evidence": (kept.id,)}) for f in result.findings)


def _outcome(kept: Evidence) -> str:
    return "ok" if kept.exit_code == 0 else f"exit code {kept.exit_code}"


def _reply(state: TaskState, call: Call, text: str) -> dict[str, Any]:
    """What the model hears: a tool message; for a survey's proposal, more of the survey."""
    if call.id:
        message = ToolMessage(content=text, tool_call_id=call.id, name=call.tool)
        return {"conversation": [message]}
    facts = f"{state['facts']}\n\n{_named(call)}: {text}"
    return {"facts": facts, "surveys": {state["task"].role.value: facts}}


def _not_run(call: Call) -> str:
    return f"{_named(call)} was not run: {call.refused}"


def _named(call: Call) -> str:
    """The call as a person would type it, in backticks."""
    match call.arguments.get("command"):
        case str(command):
            return f"`{command}`"
        case list(argv):
            return f"`{shlex.join(str(word) for word in argv)}`"
        case _:
            return f"`{' '.join([call.tool, *map(str, call.arguments.values())])}`"
