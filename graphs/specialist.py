"""A specialist as a subgraph: survey, decide, use, verify, ask; every step of it is checkpointed.

    START -> survey -> decide -> use (one call each time) -> verify -> ask -> decide ... -> END

Calls reach `use` only through `decide`, which asks the policy and, where the policy says so, a
person. What was written passes `verify` before the model is asked again. A failure ends this task
alone: its outcome says what went wrong, siblings go on.
"""

from functools import wraps
from typing import Any, Protocol

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from agents.asking import Answer
from agents.belts import tools_for
from agents.outcome import Outcome, Status
from agents.specialist import MAX_REPEATS, brief, most_steps, step, summary
from agents.surveys import Ledger, survey
from graphs.calling import use
from graphs.context import Context
from graphs.deciding import decide, undecided
from graphs.events import TaskFinished, TaskStarted, ToolCalled
from graphs.state import Call, TaskResult, TaskState, finished
from graphs.telling import awaiting, tell_answer, tell_findings, watcher
from graphs.verifying import unresolved, verify
from models.errors import CadreError
from prompts import Prompt, render


class Node(Protocol):
    """A node of the subgraph."""

    async def __call__(self, state: TaskState, runtime: Runtime[Context]) -> dict[str, Any]: ...


def build_specialist() -> CompiledStateGraph[TaskState, Context, TaskState, TaskResult]:
    """The loop of one specialist; which one follows from the task that it is sent."""
    graph = StateGraph(TaskState, Context, output_schema=TaskResult)
    graph.add_node("survey", contained(look))
    graph.add_node("decide", contained(decide))
    graph.add_node("use", contained(use))
    graph.add_node("verify", contained(verify))
    graph.add_node("ask", contained(think))
    graph.add_edge(START, "survey")
    graph.add_conditional_edges("survey", after, ["decide", "ask", END])
    graph.add_conditional_edges("decide", after_decide, ["decide", "use", END])
    graph.add_conditional_edges("use", after_use, ["use", "verify", "ask", END])
    graph.add_conditional_edges("verify", after, ["decide", "ask", END])
    graph.add_conditional_edges("ask", after, ["decide", "ask", END])
    return graph.compile()


def after(state: TaskState) -> str:
    """Calls that wait are decided on first; without any, the model is asked."""
    if finished(state):
        return END
    return "decide" if state["calls"] else "ask"


def after_decide(state: TaskState) -> str:
    """A call that a person rewrote is decided on again."""
    if finished(state):
        return END
    return "decide" if undecided(state) else "use"


def after_use(state: TaskState) -> str:
    """One call after the other, each with a checkpoint of its own; then what was written is
    checked, and the model is asked."""
    if finished(state):
        return END
    if state["calls"]:
        return "use"
    return "verify" if state.get("unverified") else "ask"


def contained(node: Node) -> Node:
    """The node, with a failure turned into the outcome of its task."""

    @wraps(node)
    async def run(state: TaskState, runtime: Runtime[Context]) -> dict[str, Any]:
        try:
            return await node(state, runtime)
        except CadreError as error:
            return _end(state, runtime, Status.FAILED, error.message)

    return run


async def look(state: TaskState, runtime: Runtime[Context]) -> dict[str, Any]:
    """The survey, unless the role has had one in this request."""
    task, tell = state["task"], runtime.stream_writer
    tell(TaskStarted(role=task.role, task=task.id, goal=task.goal))
    if state["facts"]:
        return {}
    ledger = Ledger(task.id)
    made = await survey(task.role, runtime.context.workplace, ledger, state["request"])
    for kept in made.evidence:
        tell(
            ToolCalled(
                role=task.role,
                task=task.id,
                evidence=kept.id,
                **kept.model_dump(include={"tool", "arguments", "exit_code", "seconds"}),
            )
        )
    tell_findings(tell, task.role, task.id, made.findings)
    return {
        "facts": made.facts,
        "surveys": {task.role.value: made.facts},
        "evidence": list(made.evidence),
        "findings": list(made.findings),
        "products": list(made.products),
        "calls": [
            Call(id="", tool=p.tool, arguments=p.arguments, why=p.why) for p in made.proposals
        ],
    }


async def think(state: TaskState, runtime: Runtime[Context]) -> dict[str, Any]:
    """One model call: it asks for tools, or answers and so ends the task."""
    context, task = runtime.context, state["task"]
    short = context.member(task.role).short_prompts
    belt = tools_for(task.role, looks_only=short)
    new = (
        []
        if state["conversation"]
        else brief(
            task,
            state["request"],
            state["facts"],
            state["earlier"],
            tools=[tool.name for tool in belt],
            short=short,
        )
    )
    tired = (
        state["steps"] >= most_steps(task, short=short) - 1
        or state.get("repeats", 0) >= MAX_REPEATS
    )
    last = tired or unresolved(state)
    if tired and not short:
        new.append(HumanMessage(render(Prompt.LAST_STEP)))
    answer = await step(
        context.mind(task.role, awaiting(runtime.stream_writer, task.role, task.id)),
        state["request"],
        task,
        [*state["conversation"], *new],
        [tool.schema() for tool in belt],
        watcher(runtime.stream_writer, task.role, task.id),
        last=last,
        rejected=state.get("rejected", 0) > 1,
    )
    tell_answer(runtime.stream_writer, answer)
    told = {
        "thoughts": [answer.thought] if answer.thought else [],
        "spent": [answer.spent],
        "steps": state["steps"] + 1,
    }
    if last or not (answer.message.tool_calls or answer.message.invalid_tool_calls):
        return {**told, **_end(state, runtime, Status.DONE, summary(answer.text))}
    return {**told, "conversation": [*new, *_said(answer)], "calls": _calls(answer.message)}


def _calls(message: AIMessage) -> list[Call]:
    return [
        Call(id=call["id"] or "", tool=call["name"], arguments=call["args"])
        for call in message.tool_calls
    ]


def _said(answer: Answer) -> list[AnyMessage]:
    """The answer, and for each call that could not be read the reason, so that it can be mended."""
    unread = [
        ToolMessage(
            content=f"This call could not be read: {call.get('error') or 'it is not valid JSON'}",
            tool_call_id=call.get("id") or "",
            name=call.get("name") or "unknown",
            status="error",
        )
        for call in answer.message.invalid_tool_calls
    ]
    return [answer.message, *unread]


def _end(state: TaskState, runtime: Runtime[Context], status: Status, text: str) -> dict[str, Any]:
    task = state["task"]
    runtime.stream_writer(TaskFinished(role=task.role, task=task.id, status=status, summary=text))
    ended: dict[str, Any] = {
        "outcomes": {task.id: Outcome(task=task.id, status=status, summary=text)}
    }
    if status is Status.FAILED:
        ended["open_questions"] = [f"{task.id} ({task.role}) failed: {text}"]
    return ended
