"""Issues: listed, searched, read. What they say is somebody's text, shown as that."""

from agents.hub.answers import Comment, Issue, User
from agents.hub.place import Place
from agents.hub.server import Server, read_as
from agents.tools.excerpt import clip, clip_line, plain

LISTED = 30
COMMENTS = 20
BODY_CHARS = 3000
COMMENT_CHARS = 800


async def list_issues(server: Server, place: Place, state: str) -> str:
    """The latest issues, one a line; pull requests are left out."""
    found = await server.listed(
        place.path("issues"), f"list of issues in {place}", 3 * LISTED, state=state, sort="updated"
    )
    issues = [read_as(Issue, item, "issue") for item in found.items]
    told = [line(issue) for issue in issues if issue.pull_request is None]
    if not told:
        return f"{place} has no {'' if state == 'all' else state + ' '}issues"
    more = "\n… and more; search for some" if found.more or len(told) > LISTED else ""
    return "\n".join(told[:LISTED]) + more


async def search_issues(server: Server, place: Place, query: str, state: str) -> str:
    """Issues of this repository that match, one a line."""
    narrowed = "" if state == "all" else f" state:{state}"
    # A query of the caller's own may not leave the repository.
    words = " ".join(
        word for word in query.split() if not word.lower().lstrip('(-"').startswith(_ELSEWHERE)
    )
    found = await server.listed(
        *("/search/issues", "search", LISTED, "items"), q=f"{words} repo:{place} is:issue{narrowed}"
    )
    lines = [line(read_as(Issue, item, "issue")) for item in found.items]
    more = "\n… and more; narrow the query" if found.more else ""
    return "\n".join(lines) + more if lines else f"nothing in {place} matches {query!r}"


async def read_issue(server: Server, place: Place, number: int) -> str:
    """One issue with its latest comments."""
    what = f"issue {number} in {place}"
    issue = read_as(Issue, await server.get(place.path(f"issues/{number}"), what), what)
    labels = ", ".join(label.name for label in issue.labels)
    head = [line(issue), issue.html_url, f"Labels: {labels}" if labels else ""]
    said = clip(plain(issue.body or "(no description)"), BODY_CHARS)
    comments = await comments_on(server, place, number) if issue.comments else ""
    return "\n\n".join(filter(None, ["\n".join(filter(None, head)), said, comments]))


async def comments_on(server: Server, place: Place, number: int) -> str:
    """The comments, each cut."""
    path, what = place.path(f"issues/{number}/comments"), f"comments on {number}"
    found = await server.listed(path, what, 100)
    read = [read_as(Comment, item, what) for item in found.items]
    told = [f"{by(c.user)}, {c.created_at}:\n{_said(c)}" for c in read[-COMMENTS:]]
    left_out = len(read) - len(told)
    if left_out:
        told.insert(0, f"… {left_out} earlier comments left out …")
    if found.more:
        told.append(f"… comments after the first {len(read)} are not read …")
    return "\n\n".join(told)


def line(issue: Issue) -> str:
    """An issue in one line."""
    kind = "pull request " if issue.pull_request is not None else ""
    title = clip_line(plain(issue.title).replace("\n", " "), 120)
    return f"{kind}#{issue.number} {issue.state} {title} ({by(issue.user)}, {issue.updated_at})"


def by(user: User | None) -> str:
    """Whose it is; accounts that are deleted have no name."""
    return plain(user.login) if user else "nobody"


def _said(comment: Comment) -> str:
    return clip(plain(comment.body or ""), COMMENT_CHARS)


_ELSEWHERE = ("repo:", "org:", "user:", "owner:", "enterprise:")
