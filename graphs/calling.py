"""How a specialist's decided calls are run: the node `use` runs one and ends, so that its result is
checkpointed before the next one starts.

Before the first write of a task the repository is photographed, and the checks that fit the files
are run, so that it is known what was wrong before. A call that a stopped process had begun, and
that is more than a look, is not begun again: how it ended is not known.
"""

import shlex
from dataclasses import replace
from typing import Any

from langchain_core.messages import HumanMessage, ToolMessage
from langgraph.runtime import Runtime

from agents.belts import named
from agents.evidence import Evidence
from agents.finding import Finding
from agents.safety import mask_json, masked, wrap
from agents.surveys import Ledger, findings_of
from agents.tools.tool import Kind, Result
from agents.tools.toolbox import AnyTool, changes_of, kind_of, may_write, preview_of, touched
from agents.tools.toolbox import use as use_tool
from agents.verifying import check
from graphs.approvals import digest
from graphs.context import Context
from graphs.events import ToolCalled, ToolStarted
from graphs.state import Call, TaskState
from graphs.telling import tell_findings
from prompts import Prompt, render

REFUSED = 126
"""The exit code of a call that was not allowed to run, as a shell has it for what cannot be run."""
LOST = 125
"""That of a call that had begun in a process which was stopped; it may be made again."""


async def use(state: TaskState, runtime: Runtime[Context]) -> dict[str, Any]:
    """Runs the first waiting call and keeps what it returned."""
    call, *rest = state["calls"]
    known = _earlier(state, call)
    if known:
        told = render(Prompt.REPEATED, evidence=known.id)
        repeats = state.get("repeats", 0) + 1
        return {"calls": rest, "repeats": repeats, **_reply(state, call, told)}
    ledger = Ledger(state["task"].id, state.get("evidence", []))
    before = await _before(state, call, runtime.context)
    result = await _run(state, call, runtime, ledger.next)
    kept = ledger.keep(call.tool, call.arguments, result)
    _tell(state, kept, runtime)
    findings = () if call.refused else _found(kept, result)
    tell_findings(runtime.stream_writer, state["task"].role, state["task"].id, findings)
    written = [*(change.path for change in result.changes), *result.wrote]
    return {
        "calls": rest,
        "evidence": [kept],
        "findings": list(findings),
        "open_questions": _not_run(call, kept),
        "changes": written,
        "unverified": [*state.get("unverified", []), *written],
        "known": [*state.get("known", []), *before],
        "rejected": state.get("rejected", 0) + _is_failed_check(state, call, kept),
        **_reply(state, call, f"[{kept.id}] {_outcome(kept)}\n{wrap(kept.tool, kept.excerpt)}"),
    }


def _earlier(state: TaskState, call: Call) -> Evidence | None:
    """The same call, made before and with nothing written since."""
    made = (call.tool, mask_json(call.arguments))
    for kept in reversed(state.get("evidence", [])):
        if _writes(state, kept.tool) and kept.exit_code == 0:
            return None
        if kept.exit_code != LOST and (kept.tool, kept.arguments) == made:
            return kept
    return None


def _writes(state: TaskState, name: str) -> bool:
    tool = named(state["task"].role, name)
    return tool is not None and tool.kind is Kind.EDIT


async def _before(state: TaskState, call: Call, context: Context) -> list[str]:
    """What checks find wrong with the files that the call would write, before it does."""
    tool = named(state["task"].role, call.tool)
    if call.refused or tool is None or kind_of(tool, call.arguments) is not Kind.EDIT:
        return []
    # What this task wrote before is no longer as it was: its faults are not to be excused.
    written = state.get("changes", [])
    untouched = [path for path in touched(tool, call.arguments) if path not in written]
    return (await check(context.workplace, untouched, Ledger("before"))).faults


async def _run(state: TaskState, call: Call, runtime: Runtime[Context], id: str) -> Result:
    """Runs the call; `id` is that of the evidence to come, by which a call is begun once."""
    context, task = runtime.context, state["task"]
    if call.refused:
        return Result(f"not run: {call.refused}", exit_code=REFUSED)
    tool = named(task.role, call.tool)
    assert tool is not None, "decide refused it"
    if kind_of(tool, call.arguments) is not Kind.READ and not await context.journal.begin(id):
        return Result(render(Prompt.LOST_CALL), exit_code=LOST)
    if call.seen and digest(await preview_of(tool, call.arguments, context.workplace)) != call.seen:
        return Result(render(Prompt.CHANGED_MEANWHILE), exit_code=REFUSED)
    runtime.stream_writer(
        ToolStarted(
            role=task.role, task=task.id, tool=call.tool, arguments=mask_json(call.arguments)
        )
    )
    if kind_of(tool, call.arguments) is Kind.EDIT:
        return await _edit(state, call, tool, context)
    if not may_write(tool, call.arguments):
        return await use_tool(tool, call.arguments, context.workplace)
    await context.snapshots.begin_command(task.id)
    result = await use_tool(tool, call.arguments, context.workplace)
    written = await context.snapshots.end_command(task.id)
    return replace(result, wrote=tuple(written))


async def _edit(state: TaskState, call: Call, tool: AnyTool, context: Context) -> Result:
    """An edit, noted for the way back before and after."""
    task = state["task"].id
    await context.snapshots.take(task, await changes_of(tool, call.arguments, context.workplace))
    result = await use_tool(tool, call.arguments, context.workplace)
    await context.snapshots.record(result.changes, task)
    return result


def _tell(state: TaskState, kept: Evidence, runtime: Runtime[Context]) -> None:
    told = kept.model_dump(include={"tool", "arguments", "exit_code", "seconds"})
    task = state["task"]
    runtime.stream_writer(ToolCalled(role=task.role, task=task.id, evidence=kept.id, **told))


def _found(kept: Evidence, result: Result) -> tuple[Finding, ...]:
    """What the call found, and what can be read in what it printed, citing it."""
    own = (f.model_copy(update={"evidence": (kept.id,)}) for f in result.findings)
    return (*own, *findings_of(kept))


def _is_failed_check(state: TaskState, call: Call, kept: Evidence) -> bool:
    """Whether tests that `verify` proposed have failed."""
    return not call.id and bool(state["conversation"]) and kept.exit_code not in {0, REFUSED}


def _outcome(kept: Evidence) -> str:
    return "ok" if kept.exit_code == 0 else f"exit code {kept.exit_code}"


def _reply(state: TaskState, call: Call, text: str) -> dict[str, Any]:
    """What the model hears: a tool message; for a call that a survey or a check proposed, more of
    what the user told it."""
    if call.id:
        message = ToolMessage(content=text, tool_call_id=call.id, name=call.tool)
        return {"conversation": [message]}
    if state["conversation"]:
        return {"conversation": [HumanMessage(f"{_named(call)}: {text}")]}
    facts = f"{state['facts']}\n\n{_named(call)}: {text}"
    return {"facts": facts, "surveys": {state["task"].role.value: facts}}


def _not_run(call: Call, kept: Evidence) -> list[str]:
    """What the user must know of a call that did not run, whoever refused it."""
    if call.refused:
        return [f"{_named(call)} was not run: {call.refused}"]
    if kept.exit_code not in {REFUSED, LOST}:
        return []
    why = kept.excerpt.partition("\n")[0].removeprefix("not run: ")
    return [f"{_named(call)} was not run: {why}"]


def _named(call: Call) -> str:
    """The call as a person would type it, in backticks."""
    return masked(_typed(call))


def _typed(call: Call) -> str:
    match call.arguments.get("command"):
        case str(command):
            return f"`{command}`"
        case list(argv):
            return f"`{shlex.join(str(word) for word in argv)}`"
        case _:
            return f"`{' '.join([call.tool, *_words(call.arguments)])}`"


def _words(arguments: dict[str, Any]) -> list[str]:  # Any: a tool's own
    """Short arguments only: a file's content is no part of a name."""
    texts = {name: str(value) for name, value in arguments.items()}
    return [f"{n}={text}" for n, text in texts.items() if len(text) <= 60 and "\n" not in text]
