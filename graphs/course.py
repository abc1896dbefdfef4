"""The course of one run through the graph: begin or resume, ask for approvals, report."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any, cast

import langgraph.pregel
from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.types import Command, Interrupt, Overwrite

from agents.outcome import Outcome
from agents.plan import Plan
from agents.report import Report
from agents.request import Request
from agents.role import Role
from agents.spent import Spent, by_role
from graphs.approvals import Approver, Decision
from graphs.context import Context
from graphs.events import ApprovalAsked, Event, Planned, Reported
from graphs.session import SessionRow
from graphs.state import State
from graphs.workflow import Workflow

STEPS = 1000
"""Supersteps that a run may take before it must be a loop of ours."""
OURS = frozenset({"seen", "secret"})
"""What a question carries beside what a person is shown."""
SETTLES = 5.0
"""Seconds that a run which was stopped gets for its last checkpoints."""


class Course:
    """One run of one session. Yields unstamped events, the last of which is `Reported`."""

    def __init__(
        self, workflow: Workflow, session: str, context: Context, approver: Approver | None
    ) -> None:
        self._workflow = workflow
        self._context = context
        self._approver = approver
        self._config: RunnableConfig = {
            "configurable": {"thread_id": session},
            "max_concurrency": context.settings.max_agents,
            "recursion_limit": STEPS,
        }

    async def begin(self, request: Request, plan_only: bool = False) -> AsyncGenerator[Event, None]:
        """A new request: what belonged to the last one alone is cleared, the rest stays."""
        fresh = {
            "request": request,
            "messages": [HumanMessage(request.text)],
            "plan": None,
            "rounds": 0,
            "report": None,
            "surveys": Overwrite({}),
            "spent": Overwrite([]),
            "open_questions": Overwrite([]),
            "changes": Overwrite([]),
            "products": Overwrite([]),
            "fixed": [],
            "verified": [],
            "rechecked": 0,
        }
        async with aclosing(self._go(fresh, plan_only)) as events:
            async for event in events:
                yield event

    async def resume(self, row: SessionRow) -> AsyncGenerator[Event, None]:
        """What is left of the session's latest request; its plan is told first."""
        values = (await self._workflow.aget_state(self._config)).values
        if row.asked and (not values or values["request"] != row.asked):
            # Killed before the first checkpoint: nothing has been done yet.
            again = self.begin(row.asked)
        else:
            if values["plan"]:
                yield _planned(values["plan"], values["outcomes"])
            again = self._told(values["report"]) if values["report"] else self._go(None)
        async with aclosing(again) as events:
            async for event in events:
                yield event

    async def _go(
        self, begin: dict[str, Any] | None, plan_only: bool = False
    ) -> AsyncGenerator[Event, None]:
        """Streams the graph until it is done, asking whenever it waits for a person."""
        todo: dict[str, Any] | Command[Any] | None = begin
        while True:
            async with aclosing(self._stream(todo, plan_only)) as events:
                async for event in events:
                    yield event
            state = await self._workflow.aget_state(self._config)
            if not state.interrupts:
                break
            asked = [approval for i in state.interrupts for approval in _approvals(i)]
            for approval in asked:
                yield approval
            todo = await self._answers(state.interrupts, asked)
        values = state.values
        yield Reported(report=values["report"] or _plan_report(values["plan"], values["spent"]))

    async def _stream(
        self, todo: dict[str, Any] | Command[Any] | None, plan_only: bool
    ) -> AsyncGenerator[Event, None]:
        stream = self._workflow.astream(
            cast(State | Command[Any] | None, todo),  # reducers hold the rest of the state
            self._config,
            context=self._context,
            stream_mode="custom",
            subgraphs=True,
            durability="sync",
            interrupt_before=["dispatch"] if plan_only else None,
        )
        stream = cast(AsyncGenerator[tuple[Any, Any], None], stream)
        try:
            async with aclosing(stream):
                async for _, event in stream:
                    if isinstance(event, Event):
                        yield event
        finally:
            await _settle()

    async def _answers(
        self, interrupts: Sequence[Interrupt], asked: Sequence[ApprovalAsked]
    ) -> Command[Any]:
        """One person's decisions, sorted back to the interrupts that asked for them."""
        assert self._approver is not None, "nothing interrupts where nobody can be asked"
        decisions = iter(await self._approver.decide(asked))
        return Command(
            resume={
                i.id: [self._answer(next(decisions), call) for call in i.value["calls"]]
                for i in interrupts
            }
        )

    def _answer(self, decision: Decision, call: dict[str, Any]) -> dict[str, Any]:
        """The decision on one call, with what had been shown for it; a rule is kept."""
        if decision.approved and decision.always and call["rule"]:
            self._context.rules.keep(call["rule"])
        return {"decision": decision.model_dump(mode="json"), "seen": call["seen"]}

    async def _told(self, report: Report) -> AsyncGenerator[Event, None]:
        yield Reported(report=report)


async def _settle() -> None:
    """Wait for what LangGraph leaves behind when it is cancelled: checkpoints of subgraphs on their
    way to the store, which would otherwise be lost with the event loop."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    left = {task for task in tasks if _is_of_langgraph(task)}
    if left:
        await asyncio.wait(left, timeout=SETTLES)


def _is_of_langgraph(task: asyncio.Task[Any]) -> bool:
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and Path(langgraph.pregel.__path__[0]) in Path(code.co_filename).parents


def _approvals(interrupt: Interrupt) -> list[ApprovalAsked]:
    asked = interrupt.value
    role, task = Role(asked["role"]), asked["task"]
    shown = [{k: v for k, v in call.items() if k not in OURS} for call in asked["calls"]]
    return [ApprovalAsked(role=role, task=task, **call) for call in shown]


def _planned(plan: Plan, outcomes: dict[str, Outcome]) -> Planned:
    finished = tuple(task.id for task in plan.tasks if task.id in outcomes)
    return Planned(tasks=plan.tasks, finished=finished)


def _plan_report(plan: Plan, spent: Sequence[Spent]) -> Report:
    if not plan.tasks:
        return Report(answer="Nothing asks for work on the repository.", usage=by_role(spent))
    lines = [f"- {task.id} ({task.role}): {task.goal}" for task in plan.tasks]
    answer = "\n".join(["The plan; nothing has been done yet.", "", *lines])
    return Report(answer=answer, usage=by_role(spent))
