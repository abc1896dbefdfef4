"""Runs of workflows: listed, and read down to the job that failed and its log."""

from agents.hub.answers import Job, Run
from agents.hub.errors import HubError
from agents.hub.logs import Triage, job_log
from agents.hub.place import Place
from agents.hub.server import Server, read_as
from agents.tools.excerpt import clip_line, plain
from agents.tools.listing import list_names
from agents.tools.workplace import Workplace

LISTED = 20
JOBS = 100
LOGS = 2
"""Failed jobs whose logs are read."""

_BAD = frozenset({"failure", "timed_out", "startup_failure", "cancelled", "action_required"})


async def list_runs(server: Server, place: Place, branch: str) -> str:
    """The latest runs, one a line."""
    narrowed = {"branch": branch} if branch else {}
    path, what = place.path("actions/runs"), f"list of workflow runs in {place}"
    found = await server.listed(path, what, LISTED, "workflow_runs", **narrowed)
    lines = [line(read_as(Run, item, "run")) for item in found.items]
    where = f" on {branch}" if branch else ""
    return "\n".join(lines) if lines else f"{place} has no workflow runs{where}"


async def read_run(
    server: Server, place: Place, id: int, workplace: Workplace, triage: Triage
) -> str:
    """One run: its jobs, and of the first that failed what their logs say."""
    what = f"run {id} in {place}"
    run = read_as(Run, await server.get(place.path(f"actions/runs/{id}"), what), what)
    found = await server.listed(
        place.path(f"actions/runs/{id}/jobs"), f"jobs of run {id}", JOBS, "jobs", filter="latest"
    )
    jobs = [read_as(Job, item, "job") for item in found.items]
    failed = [job for job in jobs if job.conclusion in _BAD]
    parts = [f"{line(run)}\n{run.html_url}", "\n".join(map(_job, sorted(jobs, key=_order)))]
    for job in failed[:LOGS]:
        parts.append(await _told(server, place, job, workplace, triage))
    if len(failed) > LOGS:
        parts.append(f"… {len(failed) - LOGS} more jobs failed; their logs are not read here")
    return "\n\n".join(parts)


def line(run: Run) -> str:
    """A run in one line."""
    how = run.conclusion or run.status or "unknown"
    again = f", attempt {run.run_attempt}" if run.run_attempt > 1 else ""
    name = clip_line(plain(run.name or "a workflow").replace("\n", " "), 80)
    branch = plain(run.head_branch or "?")
    return (
        f"run {run.id} {how}: {name} ({run.event} on {branch} {run.head_sha[:7]},"
        f" {run.created_at}{again})"
    )


async def _told(
    server: Server, place: Place, job: Job, workplace: Workplace, triage: Triage
) -> str:
    head = f"Log of {plain(job.name)!r}:"
    try:
        async with job_log(server, place, job.id) as path:
            return f"{head}\n{await triage(path, await list_names(workplace))}"
    except HubError as error:
        return f"{head} {error}"


def _job(job: Job) -> str:
    steps = [step for step in job.steps if step.conclusion in _BAD]
    where = f"; step {steps[0].number}, {plain(steps[0].name)!r}" if steps else ""
    return f"- job {job.id} {job.conclusion or job.status}: {plain(job.name)}{where}"


def _order(job: Job) -> tuple[bool, int]:
    return (job.conclusion not in _BAD, job.id)
