"""The tools that reach GitHub. The account is looked for at each call, never kept in a record."""

import os
from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypeVar

from pydantic import Field

from agents.history.asked import HistoryError, first_line
from agents.history.naming import NewName, Revision
from agents.history.remote import remote_of
from agents.hub.account import Account, account_from
from agents.hub.answers import Comment
from agents.hub.errors import HubError
from agents.hub.issues import list_issues, read_issue, search_issues
from agents.hub.logs import Triage
from agents.hub.place import Place, place_of
from agents.hub.pulls import list_pulls, open_pull, read_pull
from agents.hub.runs import list_runs, read_run
from agents.hub.server import Server, read_as
from agents.hub.triaged import triaged
from agents.tools.git import git
from agents.tools.tool import Arguments, Kind, Result, Tool
from agents.tools.workplace import Workplace
from models.errors import CadreError

State = Literal["open", "closed", "all"]
Find = Callable[[], Account | None]
A = TypeVar("A", bound=Arguments)

_DEFAULT = "the default branch"


class GithubIssues(Arguments):
    """List, search or read GitHub issues."""

    number: int | None = Field(default=None, ge=1)
    """read this one"""
    query: str = Field(default="", max_length=256)
    """search words"""
    state: State = "open"


class GithubPulls(Arguments):
    """List pull requests, or read one with its files and checks."""

    number: int | None = Field(default=None, ge=1)
    state: State = "open"


class GithubRuns(Arguments):
    """List workflow runs, or read one with its failed jobs' logs."""

    run: int | None = Field(default=None, ge=1)
    branch: Revision = ""


class OpenPullRequest(Arguments):
    """Open a pull request for a branch that is pushed."""

    title: str = Field(min_length=1)
    body: str
    base: NewName | None = None
    """default: the default branch"""
    head: NewName | None = None
    """default: the current branch"""


class GithubComment(Arguments):
    """Comment on an issue or pull request."""

    number: int = Field(ge=1)
    body: str = Field(min_length=1)


def account_of_environment() -> Account | None:
    """The account that this process's environment names."""
    return account_from(os.environ)


def hub_tools(
    find: Find = account_of_environment, triage: Triage = triaged
) -> tuple[Tool[Any], ...]:  # Any: each tool has arguments of its own type
    """The tools, for the account that `find` gives; each says so where there is none."""
    hub = _Hub(find, triage)
    return (
        Tool("github_issues", Kind.NETWORK, GithubIssues, hub.issues),
        Tool("github_pulls", Kind.NETWORK, GithubPulls, hub.pulls),
        Tool("github_runs", Kind.NETWORK, GithubRuns, hub.runs),
        Tool(
            *("open_pull_request", Kind.NETWORK, OpenPullRequest, hub.open), preview=_preview_pull
        ),
        Tool("github_comment", Kind.NETWORK, GithubComment, hub.comment, preview=_preview_comment),
    )


class _Hub:
    """What the tools share: one server for each account."""

    def __init__(self, find: Find, triage: Triage) -> None:
        self._find = find
        self._triage = triage
        self._servers: dict[Account, Server] = {}

    async def issues(self, workplace: Workplace, arguments: GithubIssues) -> Result:
        async def act(server: Server, place: Place) -> str:
            if arguments.number is not None:
                return await read_issue(server, place, arguments.number)
            if arguments.query.strip():
                return await search_issues(server, place, arguments.query, arguments.state)
            return await list_issues(server, place, arguments.state)

        return await self._done(workplace, act)

    async def pulls(self, workplace: Workplace, arguments: GithubPulls) -> Result:
        async def act(server: Server, place: Place) -> str:
            if arguments.number is not None:
                return await read_pull(server, place, arguments.number)
            return await list_pulls(server, place, arguments.state)

        return await self._done(workplace, act)

    async def runs(self, workplace: Workplace, arguments: GithubRuns) -> Result:
        async def act(server: Server, place: Place) -> str:
            if arguments.run is not None:
                return await read_run(server, place, arguments.run, workplace, self._triage)
            return await list_runs(server, place, arguments.branch)

        return await self._done(workplace, act)

    async def open(self, workplace: Workplace, arguments: OpenPullRequest) -> Result:
        async def act(server: Server, place: Place) -> str:
            head = await _head(workplace, arguments)
            title = " ".join(arguments.title.split())
            return await open_pull(server, place, title, arguments.body, arguments.base or "", head)

        return await self._done(workplace, act)

    async def comment(self, workplace: Workplace, arguments: GithubComment) -> Result:
        async def act(server: Server, place: Place) -> str:
            path, what = place.path(f"issues/{arguments.number}/comments"), "comment"
            made = await server.post(path, f"#{arguments.number}", {"body": arguments.body})
            return f"commented: {read_as(Comment, made, what).html_url}"

        return await self._done(workplace, act)

    async def _done(
        self, workplace: Workplace, act: Callable[[Server, Place], Awaitable[str]]
    ) -> Result:
        """Do it, or say why not. What goes wrong never holds the token."""
        account = None
        try:
            account = self._find()
            if account is None:
                return Result("not done: there is no GitHub token; set GITHUB_TOKEN", exit_code=1)
            server = self._servers.setdefault(account, Server(account))
            text = await act(server, await place_of(workplace, account))
        except (CadreError, HistoryError) as error:
            return Result(_without(str(error), account), exit_code=1)
        return Result(_without(text, account))


def _without(text: str, account: Account | None) -> str:
    """A server could say the token back; it goes no further."""
    return text.replace(account.token, "[token]") if account else text


async def _head(workplace: Workplace, arguments: OpenPullRequest) -> str:
    if arguments.head:
        return arguments.head
    ran = await git(workplace, "symbolic-ref", "--quiet", "--short", "HEAD")
    if ran.exit_code:
        raise HubError("HEAD is on no branch; name the branch as head")
    return first_line(ran.stdout)


async def _preview_pull(workplace: Workplace, arguments: OpenPullRequest) -> str:
    try:
        head = await _head(workplace, arguments)
        remote = await remote_of(workplace)
    except HubError as error:
        raise ValueError(str(error)) from None
    ways = f"in {remote.host}/{remote.path}, from {head} into {arguments.base or _DEFAULT}"
    return f"{' '.join(arguments.title.split())}\n\n{ways}\n\n{arguments.body.rstrip()}\n"


async def _preview_comment(workplace: Workplace, arguments: GithubComment) -> str:
    remote = await remote_of(workplace)
    where = f"on #{arguments.number} in {remote.host}/{remote.path}"
    return f"{where}\n\n{arguments.body.rstrip()}\n"
