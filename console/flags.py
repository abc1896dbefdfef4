"""What can be typed after `cadre run` and after each everyday task: options that they share.

`shared` gives a command these options beside its own, gathered in one record, so that none of the
commands has to name them again.
"""

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import typer

Repo = Annotated[
    Path, typer.Option("--repo", metavar="DIR", help="The repository; here by default.")
]
Level = Annotated[
    Literal["ask", "read", "edit", "all"] | None,
    typer.Option(
        "--approve",
        help="ask before anything but reading; read: nothing else at all; edit: files without"
        " asking; all: never ask.",
    ),
]
Agents = Annotated[
    int | None,
    typer.Option("--max-agents", metavar="N", min=1, max=16, help="Specialists at the same time."),
]
Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        metavar="ROLE=REF",
        help="The model of a role, or of all: testing=./qwen3.gguf, all=embedded. Repeatable.",
    ),
]
Sandbox = Annotated[
    bool | None,
    typer.Option(
        "--sandbox/--no-sandbox", help="Run commands confined; without one only if you say so."
    ),
]
Think = Annotated[
    bool | None, typer.Option("--think/--no-think", help="Think before answering, or never.")
]
Budget = Annotated[
    int | None,
    typer.Option("--thinking-budget", metavar="N", min=0, help="Thinking tokens for each call."),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout.")]
Sarif = Annotated[
    Path | None, typer.Option("--sarif", metavar="FILE", help="Write the findings as SARIF 2.1.0.")
]
ReportFile = Annotated[
    Path | None, typer.Option("--report", metavar="FILE", help="Write the report as Markdown.")
]
FailOn = Annotated[
    Literal["none", "note", "warning", "error"],
    typer.Option("--fail-on", help="Exit 1 when a finding is at least this severe."),
]
Baseline = Annotated[
    Path | None,
    typer.Option(
        "--baseline", metavar="FILE", help="An earlier SARIF or JSON; --fail-on counts new ones."
    ),
]
Files = Annotated[
    list[str] | None,
    typer.Option(
        "--output",
        metavar="FORMAT=FILE",
        help="Write the result: report, sarif, json, annotations, summary, code-quality."
        " Repeatable.",
    ),
]
SessionName = Annotated[
    str | None, typer.Option("--session", metavar="NAME", help="A name to find it by later.")
]
PlanOnly = Annotated[bool, typer.Option("--plan-only", help="Plan, and stop there.")]

RESULTS: dict[str, tuple[Any, Any]] = {  # Any: typer's annotated types, and defaults of each
    "approve": (Level, None),
    "max_agents": (Agents, None),
    "model": (Models, None),
    "sandbox": (Sandbox, None),
    "json": (Json, False),
    "sarif": (Sarif, None),
    "report": (ReportFile, None),
    "fail_on": (FailOn, "none"),
    "baseline": (Baseline, None),
    "files": (Files, None),
}
"""Of whatever runs the team."""
REQUESTS: dict[str, tuple[Any, Any]] = {
    "repo": (Repo, Path()),
    "plan_only": (PlanOnly, False),
    "session": (SessionName, None),
    "think": (Think, None),
    "thinking_budget": (Budget, None),
    **RESULTS,
}
"""Of whatever begins a request."""

Options = dict[str, Any]  # Any: what was typed, by the option's name
Command = Callable[..., None]


def shared(options: dict[str, tuple[Any, Any]]) -> Callable[[Command], Command]:
    """Give a command those options; it gets them as one record in its last argument."""

    def give(command: Command) -> Command:
        own = list(inspect.signature(command).parameters.values())[:-1]
        hints = get_type_hints(command, include_extras=True)
        added = [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind
            )
            for name, (kind, default) in options.items()
        ]

        @wraps(command)
        def run(**typed: Any) -> None:
            given = {name: typed.pop(name) for name in options}
            command(**typed, options=given)

        whole = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
        run.__signature__ = inspect.Signature([*whole, *added])  # type: ignore[attr-defined]
        run.__annotations__ = {
            **{p.name: hints[p.name] for p in own},
            **{name: kind for name, (kind, _) in options.items()},
        }
        del run.__wrapped__  # typer would look behind it
        return run

    return give
