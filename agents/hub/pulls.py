"""Pull requests: listed, read with files and checks, opened."""

from agents.hub.answers import CheckRun, File, Pull, Repository
from agents.hub.issues import BODY_CHARS, by, comments_on
from agents.hub.place import Place
from agents.hub.server import Server, read_as
from agents.tools.excerpt import clip, clip_line, plain

LISTED = 30
FILES = 300
CHECKS = 200


async def list_pulls(server: Server, place: Place, state: str) -> str:
    """The latest pull requests, one a line."""
    found = await server.listed(
        *(place.path("pulls"), f"list of pull requests in {place}", LISTED),
        state=state,
        sort="updated",
        direction="desc",
    )
    lines = [line(read_as(Pull, item, "pull request")) for item in found.items]
    if not lines:
        return f"{place} has no {'' if state == 'all' else state + ' '}pull requests"
    return "\n".join(lines) + ("\n… and more" if found.more else "")


async def read_pull(server: Server, place: Place, number: int) -> str:
    """One pull request with its files, checks and comments."""
    what = f"pull request {number} in {place}"
    pull = read_as(Pull, await server.get(place.path(f"pulls/{number}"), what), what)
    parts = [
        f"{line(pull)}\n{pull.html_url}\n{_merge(pull)}",
        clip(plain(pull.body or "(no description)"), BODY_CHARS),
        await _files(server, place, number),
        await checks(server, place, pull.head.sha) if pull.head.sha else "",
        await comments_on(server, place, number),
    ]
    return "\n\n".join(filter(None, parts))


async def checks(server: Server, place: Place, sha: str) -> str:
    """What the checks of a commit say, those that failed first."""
    path, what = place.path(f"commits/{sha}/check-runs"), f"checks of {sha[:7]}"
    found = await server.listed(path, what, CHECKS, "check_runs")
    runs = [read_as(CheckRun, item, what) for item in found.items]
    if not runs:
        return "Checks: none"
    order = sorted(runs, key=lambda run: (run.conclusion in _FINE, run.name))
    told = [f"- {run.conclusion or run.status}: {clip_line(plain(run.name), 100)}" for run in order]
    bad = sum(run.conclusion not in _FINE and run.conclusion is not None for run in runs)
    more = ["- … and more"] if found.more or len(told) > 30 else []
    return "\n".join([f"Checks: {len(runs)}, {bad} not passed", *told[:30], *more])


async def open_pull(
    server: Server, place: Place, title: str, body: str, base: str, head: str
) -> str:
    """Open a pull request; gives its address. The branch has to be on the server."""
    if not base:
        what = f"repository {place}"
        base = read_as(Repository, await server.get(place.path(), what), what).default_branch
    sent = {"title": title, "body": body, "base": base, "head": head}
    what = f"pull request from {head} into {base}; is {head} pushed?"
    made = read_as(Pull, await server.post(place.path("pulls"), what, sent), what)
    return f"opened pull request #{made.number} from {head} into {base}: {made.html_url}"


def line(pull: Pull) -> str:
    """A pull request in one line."""
    state = "merged" if pull.merged_at else "draft" if pull.draft else pull.state
    title = clip_line(plain(pull.title).replace("\n", " "), 120)
    ways = f"{plain(pull.head.ref)} -> {plain(pull.base.ref)}"
    return f"#{pull.number} {state} {title} ({ways}, {by(pull.user)}, {pull.updated_at})"


async def _files(server: Server, place: Place, number: int) -> str:
    path, what = place.path(f"pulls/{number}/files"), f"files of pull request {number}"
    found = await server.listed(path, what, FILES)
    files = [read_as(File, item, what) for item in found.items]
    told = [f"- {f.status} {plain(f.filename)} (+{f.additions} -{f.deletions})" for f in files]
    more = ["- … and more"] if found.more or len(told) > 60 else []
    return "\n".join([f"Files: {len(files)}{'+' if found.more else ''}", *told[:60], *more])


def _merge(pull: Pull) -> str:
    known = {True: "can be merged", False: "has conflicts", None: "not yet known to merge"}
    return "merged" if pull.merged_at else known[pull.mergeable]


_FINE = frozenset({"success", "neutral", "skipped"})
