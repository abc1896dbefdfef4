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

from console.flags import (
    REQUESTS,
    RESULTS,
    Agents,
    Level,
    Models,
    Options,
    Repo,
    Sandbox,
    Think,
    shared,
)
from console.model_commands.commands import models

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
rules = typer.Typer(help="What you have allowed for ever.", rich_markup_mode=None)
app.add_typer(rules, name="rules")
app.add_typer(models, name="models")

Session = Annotated[
    str | None, typer.Argument(metavar="SESSION", help="Its name; the latest where none is given.")
]
Name = Annotated[str, typer.Argument(metavar="SESSION", help="Its name; see sessions list.")]
RoleName = Literal["coordinator", "development", "testing", "ci_cd", "github", "documentation"]
Fix = Annotated[bool, typer.Option("--fix", help="Mend what is found; every change is asked for.")]


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
@shared(REQUESTS)
def run(
    request: Annotated[
        str, typer.Argument(metavar="REQUEST", help="What you want, in a sentence.")
    ],
    options: Options,
) -> None:
    """Hand one request to the team and get a report.

    The report goes to stdout, progress to stderr. Where no terminal can answer, what would have
    to be asked is not done, and the report says so.
    """
    from console.options import typed_request
    from console.running import run as run_request

    raise typer.Exit(run_request(typed_request(request, options)))


@app.command()
@shared(REQUESTS)
def review(
    base: Annotated[
        str, typer.Option("--base", metavar="REF", help="Compare with it; the default branch.")
    ] = "",
    *,
    options: Options,
) -> None:
    """Review a change: what differs from a branch, or what is not committed yet."""
    from console.everyday import everyday

    raise typer.Exit(everyday("review", options, base=base))


@app.command()
@shared(REQUESTS)
def ci(
    log: Annotated[
        str,
        typer.Option("--log", metavar="FILE", help="Explain this log of a pipeline; - for stdin."),
    ] = "",
    fix: Fix = False,
    *,
    options: Options,
) -> None:
    """Check pipelines and container files, or find out from a log why a pipeline failed.

    A log is read by tools alone, without a model: the failing step, the first real error, where it
    comes from.
    """
    if log:
        from console.triage import triage

        raise typer.Exit(triage(log, options))
    from console.everyday import everyday

    raise typer.Exit(everyday("ci", options, fix=fix))


@app.command("test")
@shared(REQUESTS)
def run_tests(fix: Fix = False, *, options: Options) -> None:
    """Run the tests, and explain what fails, cause by cause."""
    from console.everyday import everyday

    raise typer.Exit(everyday("test", options, fix=fix))


@app.command()
@shared(REQUESTS)
def docs(fix: Fix = False, *, options: Options) -> None:
    """Check that what the documents say is true."""
    from console.everyday import everyday

    raise typer.Exit(everyday("docs", options, fix=fix))


@app.command()
@shared(REQUESTS)
def commit(options: Options) -> None:
    """Commit what is staged, with a message in the repository's own style."""
    from console.everyday import everyday

    raise typer.Exit(everyday("commit", options))


@app.command()
@shared(REQUESTS)
def changelog(
    revisions: Annotated[
        str, typer.Argument(metavar="[RANGE]", help="Such as v1.0..HEAD; since the last tag.")
    ] = "",
    *,
    options: Options,
) -> None:
    """Write the changelog of a range of commits, as Markdown."""
    from console.everyday import everyday

    raise typer.Exit(everyday("changelog", options, revisions=revisions))


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
    sandbox: Sandbox = None,
) -> None:
    """Talk to the team: a request a line, from a terminal or a pipe."""
    from console.chat import chat as talk
    from console.options import Typed

    typed = Typed(model or (), approve, max_agents, sandbox)
    raise typer.Exit(talk(repo, session, think, typed))


@app.command()
@shared(RESULTS)
def resume(session: Session = None, *, options: Options) -> None:
    """Go on where a session stopped; what has run is not run again."""
    from console.options import output_of, settings_of
    from console.running import resume as resume_session

    raise typer.Exit(resume_session(session, settings_of(options), output_of(options)))


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


@sessions.command("undo")
def undo_session(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
) -> None:
    """Take back what a session changed in its repository; never what you changed since."""
    from console import undoing

    raise typer.Exit(undoing.undo(name, yes=yes))


@rules.command("list")
def list_rules(repo: Repo = Path()) -> None:
    """What may be done in a repository without asking, since you said always."""
    from console import rules as kept

    raise typer.Exit(kept.list_rules(repo))


@rules.command("rm")
def remove_rules(
    numbers: Annotated[list[int], typer.Argument(metavar="N...")], repo: Repo = Path()
) -> None:
    """Take rules back, by their numbers in the list."""
    from console import rules as kept

    raise typer.Exit(kept.remove_rules(repo, numbers))


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
def worker(
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Where to listen.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="N", help="0: any that is free.")] = 50052,
    threads: Annotated[
        int | None, typer.Option("--threads", metavar="N", help="For the CPU; its cores if none.")
    ] = None,
    device: Annotated[
        list[str] | None,
        typer.Option(
            "--device", metavar="NAME", help="One of those that doctor names; may be repeated."
        ),
    ] = None,
) -> None:
    """Lends this machine's devices to a Cadre on another one."""
    from console.worker_command import worker as lend

    raise typer.Exit(lend(host, port, threads, device or ()))


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
