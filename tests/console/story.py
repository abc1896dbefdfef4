"""One run as events: a plan of three, thinking, tools, a question, findings, a report."""

from agents.finding import Finding, Severity
from agents.outcome import Status
from agents.plan import Task
from agents.report import Report
from agents.role import Role
from graphs.events import (
    ApprovalAsked,
    Event,
    FindingEvent,
    Planned,
    Reported,
    TaskFinished,
    TaskStarted,
    Text,
    TextDelta,
    ThoughtDelta,
    ThoughtEvent,
    ToolCalled,
    ToolStarted,
    UsageEvent,
)
from models.usage import Usage

SESSION = "1121-check"
TASKS = (
    Task(id="t1", role=Role.TESTING, goal="Run the tests and say which fail"),
    Task(id="t2", role=Role.CI_CD, goal="Check the workflows"),
    Task(id="t3", role=Role.DOCUMENTATION, goal="Compare the README", needs=("t1", "t2")),
)
FINDINGS = (
    Finding(
        severity=Severity.NOTE,
        message="The image has no fixed version",
        path="Dockerfile",
        line=1,
        rule="DL3007",
        tool="hadolint",
        evidence=("t2.2",),
        fix="write python:3.11",
    ),
    Finding(
        severity=Severity.ERROR,
        message="assert 3 == 4",
        path="tests/test_app.py",
        line=12,
        rule="pytest/failed",
        tool="run",
        evidence=("t1.1", "t1.2"),
    ),
    Finding(
        severity=Severity.WARNING,
        message="[bold]not bold[/bold] | a cell? \x1b[2Jgone <b>",
        rule="zizmor/template-injection",
        tool="zizmor",
        evidence=("t2.1",),
    ),
)
REPORT = Report(
    answer="# Result\n\nOne test fails [t1.1]. The rest is **fine** (opinion).\x1b]0;title\x07",
    findings=FINDINGS,
    changes=("src/app.py",),
    open_questions=("ruff was not run: nobody is there to ask",),
    usage={
        Role.COORDINATOR: Usage(prompt_tokens=1200, reused_tokens=800, thinking_tokens=90),
        Role.TESTING: Usage(prompt_tokens=900, answer_tokens=40, seconds=12.5),
    },
)


def planning() -> list[Event]:
    return [
        ThoughtDelta(role=Role.COORDINATOR, text="Two things to "),
        ThoughtDelta(role=Role.COORDINATOR, text="look at."),
    ]


def planned() -> list[Event]:
    text = "Two things to look at."
    thought = ThoughtEvent(
        role=Role.COORDINATOR, text=text, tokens=8, seconds=0.5, closed="model", decided="on"
    )
    return [*planning(), thought, Planned(tasks=TASKS)]


def working() -> list[Event]:
    testing, ci_cd = Role.TESTING, Role.CI_CD
    return [
        *planned(),
        TaskStarted(role=testing, task="t1", goal=TASKS[0].goal),
        TaskStarted(role=ci_cd, task="t2", goal=TASKS[1].goal),
        ToolStarted(role=testing, task="t1", tool="run", arguments={"command": ["pytest", "-q"]}),
        ThoughtDelta(role=ci_cd, task="t2", text="The workflow uses [red]a title[/red]\x1b[1m "),
        ThoughtDelta(role=ci_cd, task="t2", text="in a shell step"),
    ]


def done() -> list[Event]:
    testing, ci_cd, docs = Role.TESTING, Role.CI_CD, Role.DOCUMENTATION
    return [
        *working(),
        ToolCalled(
            role=testing,
            task="t1",
            tool="run",
            arguments={"command": ["pytest", "-q"]},
            evidence="t1.1",
            exit_code=1,
            seconds=2.25,
        ),
        FindingEvent(role=testing, task="t1", **FINDINGS[1].model_dump()),
        TaskFinished(role=testing, task="t1", status=Status.DONE, summary="One fails\n[t1.1]."),
        ApprovalAsked(
            role=ci_cd, task="t2", tool="run", arguments={"command": ["act"]}, reason="it runs"
        ),
        TaskFinished(role=ci_cd, task="t2", status=Status.FAILED, summary="The model said nothing"),
        TaskStarted(role=docs, task="t3", goal=TASKS[2].goal),
        TextDelta(role=docs, task="t3", text="The README is old"),
        Text(role=docs, task="t3", text="The README is old."),
        TaskFinished(role=docs, task="t3", status=Status.DONE, summary="The README is old."),
        UsageEvent(
            role=docs,
            task="t3",
            prompt_tokens=10,
            reused_tokens=0,
            thinking_tokens=0,
            answer_tokens=4,
            first_token_seconds=0.1,
            seconds=0.4,
        ),
        Reported(report=REPORT),
    ]
