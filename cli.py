"""The `cadre` command: parse, one call, render. Each command is a line of work in `console`.

Whatever is slow to import waits inside a command, so that `--help` answers at once. This is also
the outermost edge: a CadreError becomes one line and an exit code, anything else a bug report.

Exit codes: 0 done, 1 findings at or above --fail-on, 2 usage, 3 configuration or model,
4 the run failed, 130 interrupted and resumable.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(
    name="cadre",
    help="A local DevOps team for your repository. Nothing leaves this machine.",
    epilog="Exit codes: 0 done · 1 findings at --fail-on · 2 usage · 3 configuration or model"
    " · 4 the run failed · 130 interrupted, resumable.",
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
sessions = typer.Typer(help="What was run before.", rich_markup_mode=None)
app.add_typer(sessions, name="sessions")

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
Session = Annotated[
    str | None, typer.Argument(metavar="SESSION", help="Its name; the latest where none is given.")
]
Name = Annotated[str, typer.Argument(metavar="SESSION", help="Its name; see sessions list.")]
RoleName = Literal["coordinator", "development", "testing", "ci_cd", "github", "documentation"]


def print_version(wanted: bool) -> None:
    """Print it and end."""
    if wanted:
        from console.release import release

        typer.echo(f"cadre {release()}")
        raise typer.Exit


@app.callback()
def start(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", is_eager=True, callback=print_version),
    ] = False,
) -> None:
    """A local DevOps team for your repository. Nothing leaves this machine."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def run(
    request: Annotated[
        str, typer.Argument(metavar="REQUEST", help="What you want, in a sentence.")
    ],
    repo: Repo = Path(),
    plan_only: Annotated[bool, typer.Option("--plan-only", help="Plan, and stop there.")] = False,
    session: Annotated[
        str | None, typer.Option("--session", metavar="NAME", help="A name to find it by later.")
    ] = None,
    approve: Level = None,
    max_agents: Agents = None,
    think: Think = None,
    thinking_budget: Budget = None,
    model: Models = None,
    json: Json = False,
    sarif: Sarif = None,
    report: ReportFile = None,
    fail_on: FailOn = "none",
) -> None:
    """Hand one request to the team and get a report.

    The report goes to stdout, progress to stderr. Where no terminal can answer, what would have
    to be asked is not done, and the report says so.
    """
    from console.options import Output, RunOptions, Typed
    from console.running import run as run_request

    options = RunOptions(
        text=request,
        repo=repo,
        plan_only=plan_only,
        session=session,
        thinking=think,
        thinking_budget=thinking_budget,
        typed=Typed(model or (), approve, max_agents),
        output=Output(json, sarif, report, fail_on),
    )
    raise typer.Exit(run_request(options))


@app.command()
def chat(
    repo: Repo = Path(),
    session: Annotated[
        str | None, typer.Option("--session", metavar="NAME", help="Go on with that session.")
    ] = None,
    approve: Level = None,
    max_agents: Agents = None,
    think: Think = None,
    model: Models = None,
) -> None:
    """Talk to the team: a request a line, from a terminal or a pipe."""
    from console.chat import chat as talk
    from console.options import Typed

    typed = Typed(model or (), approve, max_agents)
    raise typer.Exit(talk(repo, session, think, typed))


@app.command()
def resume(
    session: Session = None,
    approve: Level = None,
    max_agents: Agents = None,
    model: Models = None,
    json: Json = False,
    sarif: Sarif = None,
    report: ReportFile = None,
    fail_on: FailOn = "none",
) -> None:
    """Go on where a session stopped; what has run is not run again."""
    from console.options import Output, Typed
    from console.running import resume as resume_session

    typed = Typed(model or (), approve, max_agents)
    raise typer.Exit(resume_session(session, typed, Output(json, sarif, report, fail_on)))


@sessions.command("list")
def list_sessions() -> None:
    """All sessions, the latest first."""
    from console import history

    raise typer.Exit(history.list_sessions())


@sessions.command("show")
def show_session(name: Name) -> None:
    """The plan, the evidence and the report of a session."""
    from console import history

    raise typer.Exit(history.show_session(name))


@sessions.command("rm")
def remove_sessions(names: Annotated[list[str], typer.Argument(metavar="NAME...")]) -> None:
    """Delete sessions, with everything they hold."""
    from console import history

    raise typer.Exit(history.remove_sessions(names))


@app.command()
def thoughts(
    session: Name,
    role: Annotated[RoleName | None, typer.Option("--role", help="Only this role's.")] = None,
    task: Annotated[
        str | None, typer.Option("--task", metavar="ID", help="Only on this task, such as t2.")
    ] = None,
) -> None:
    """What the team thought in a session."""
    from console import history

    raise typer.Exit(history.thoughts(session, role, task))


@app.command()
def agents(
    repo: Repo = Path(),
    model: Models = None,
    graph: Annotated[bool, typer.Option("--graph", help="Print the graph as Mermaid.")] = False,
) -> None:
    """The roster as resolved, and where each value came from."""
    from console import roster
    from console.options import Typed

    raise typer.Exit(roster.agents(repo, Typed(model or ()), graph=graph))


@app.command()
def doctor(repo: Repo = Path()) -> None:
    """What works here, and what to type where it does not."""
    from console import doctor as examination

    raise typer.Exit(examination.doctor(repo))


def main() -> None:
    """The console script."""
    sys.exit(enter(sys.argv[1:]))


def enter(argv: list[str]) -> int:
    """The outermost edge: whatever happens within ends in an exit code."""
    try:
        command, name, rest = _shortest(argv)
        code = command(rest, standalone_mode=False, prog_name=name)
        sys.stdout.flush()
        return int(code or 0)
    except typer.TyperException as error:
        from console.edge import mistyped

        path = getattr(getattr(error, "ctx", None), "command_path", "cadre")
        return mistyped(error.format_message(), path, json="--json" in argv)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # nobody is above
        from console.edge import last_word

        return last_word(error, json="--json" in argv)


def _shortest(argv: list[str]) -> tuple[Callable[..., int | None], str, list[str]]:
    """The command itself for `cadre run --help`: by way of the group it would take twice as long,
    since typer imports pydantic for the group's own options."""
    group = typer.main.get_group(app)
    if len(argv) == 2 and argv[1] in {"-h", "--help"} and argv[0] in group.commands:
        return group.commands[argv[0]], f"cadre {argv[0]}", ["--help"]
    return group, "cadre", argv


if __name__ == "__main__":
    main()
