"""The tools that reach GitHub, from the call to what the model reads."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from agents.hub import Account, hub_tools
from agents.tools.tool import Kind, Result, Tool
from agents.tools.workplace import Workplace
from tests.agents.hub.conftest import TOKEN
from tests.agents.hub.served import Reply, Served
from tests.agents.tools.repository import git

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

REPO = "/repos/example/thing"


def issue(number: int, **more: object) -> dict[str, object]:
    user = {"login": "someone"}
    return {"number": number, "title": f"Title {number}", "state": "open", "user": user, **more}


def pull(number: int, **more: object) -> dict[str, object]:
    head = {"ref": "topic", "sha": "a" * 40}
    return issue(number, head=head, base={"ref": "main", "sha": "b" * 40}, **more)


async def told(path: Path, names: Sequence[str]) -> str:
    text = path.read_text()
    return f"{len(text)} characters, first {text[:40]!r}, {len(names)} names"


def tool(account: Account | None, name: str) -> Tool[Any]:
    return next(tool for tool in hub_tools(lambda: account, told) if tool.name == name)


async def call(workplace: Workplace, account: Account | None, name: str, **given: object) -> Result:
    found = tool(account, name)
    return await found.call(workplace, found.arguments(**given))


def test_all_of_them_reach_the_network() -> None:
    assert {tool.kind for tool in hub_tools()} == {Kind.NETWORK}


@pytest.mark.parametrize("name", [tool.name for tool in hub_tools()])
async def test_without_a_token_nothing_is_reached(
    served: Served, workplace: Workplace, name: str
) -> None:
    given: dict[str, dict[str, object]] = {
        "open_pull_request": {"title": "x", "body": ""},
        "github_comment": {"number": 1, "body": "x"},
    }
    result = await call(workplace, None, name, **given.get(name, {}))
    assert result.exit_code == 1
    assert "set GITHUB_TOKEN" in result.text
    assert not served.asked


async def test_issues_are_listed_without_pull_requests(
    served: Served, workplace: Workplace, account: Account
) -> None:
    items = [issue(n, pull_request={} if n % 2 else None) for n in range(1, 200)]
    served.paged(f"{REPO}/issues", items)
    result = await call(workplace, account, "github_issues", state="all")
    assert result.text.startswith("#2 open Title 2 (someone")
    assert "#3 " not in result.text
    assert result.text.endswith("… and more; search for some")


async def test_a_search_stays_in_the_repository(
    served: Served, workplace: Workplace, account: Account
) -> None:
    served.paged("/search/issues", [issue(4)], "items")
    result = await call(workplace, account, "github_issues", query="crash repo:other/one (-org:x")
    assert "#4 open" in result.text
    assert served.asked[0].query["q"] == "crash repo:example/thing is:issue state:open"


async def test_an_issue_is_read_with_its_comments(
    served: Served, workplace: Workplace, account: Account
) -> None:
    body = "It \x1b[31mbreaks\u202e."
    served.on(f"{REPO}/issues/4", Reply(issue(4, body=body, comments=2, labels=[{"name": "bug"}])))
    comments = [{"user": None, "body": f"c{n}"} for n in range(30)]
    served.paged(f"{REPO}/issues/4/comments", comments)
    result = await call(workplace, account, "github_issues", number=4)
    for part in ("Labels: bug", "It breaks�.", "nobody", "c29", "10 earlier comments left out"):
        assert part in result.text
    assert "c9\n" not in result.text


async def test_a_pull_request_is_read_with_files_and_checks(
    served: Served, workplace: Workplace, account: Account
) -> None:
    served.on(f"{REPO}/pulls/7", Reply(pull(7, mergeable=False, body=None)))
    files = [{"filename": f"f{n}", "status": "modified", "additions": 1} for n in range(3)]
    served.paged(f"{REPO}/pulls/7/files", files)
    runs = [{"name": "ok", "conclusion": "success"}, {"name": "bad", "conclusion": "failure"}]
    served.paged(f"{REPO}/commits/{'a' * 40}/check-runs", runs, "check_runs")
    served.paged(f"{REPO}/issues/7/comments", [])
    result = await call(workplace, account, "github_pulls", number=7)
    assert "has conflicts" in result.text
    assert "Files: 3" in result.text
    assert "Checks: 2, 1 not passed\n- failure: bad\n- success: ok" in result.text


async def test_pull_requests_are_listed(
    served: Served, workplace: Workplace, account: Account
) -> None:
    served.paged(f"{REPO}/pulls", [pull(7, draft=True), pull(6, merged_at="2026-01-02")])
    result = await call(workplace, account, "github_pulls")
    assert result.text.startswith("#7 draft Title 7 (topic -> main, someone")
    assert "#6 merged Title 6" in result.text
    served.paged(f"{REPO}/pulls", [])
    result = await call(workplace, account, "github_pulls", state="closed")
    assert result.text == "example/thing has no closed pull requests"


def failing(served: Served, log: Reply, location: str = "") -> None:
    run = {"id": 9, "name": "CI", "conclusion": "failure", "event": "push", "head_branch": "main"}
    served.on(f"{REPO}/actions/runs/9", Reply(run))
    jobs = [
        {"id": 1, "name": "lint", "conclusion": "success"},
        {
            "id": 2,
            "name": "test",
            "conclusion": "failure",
            "steps": [{"name": "Run pytest", "number": 4, "conclusion": "failure"}],
        },
    ]
    served.paged(f"{REPO}/actions/runs/9/jobs", jobs, "jobs")
    to = location or f"{served.url}/store/log?sig=hidden-signature"
    served.on(f"{REPO}/actions/jobs/2/logs", Reply(None, 302, {"Location": to}))
    served.on("/store/log", log)


async def test_a_failed_run_is_read_down_to_its_log(
    served: Served, workplace: Workplace, account: Account
) -> None:
    failing(served, Reply(raw=b"line of a log\n" * 400_000))
    result = await call(workplace, account, "github_runs", run=9)
    assert "- job 2 failure: test; step 4, 'Run pytest'\n- job 1 success: lint" in result.text
    assert "5600000 characters, first 'line of a log" in result.text
    assert "1 names" in result.text
    [store] = [asked for asked in served.asked if asked.path == "/store/log"]
    assert "authorization" not in store.headers


@pytest.mark.parametrize(
    ("log", "location", "said"),
    [
        (Reply(None, 404), "", "the store of logs answers 404"),
        (Reply(raw=b"half", cut=100), "", "cannot be fetched"),
        (Reply(), "file:///etc/passwd", "address of another kind"),
        (Reply(), "gopher://x", "address of another kind"),
    ],
)
async def test_a_log_that_cannot_be_had_leaves_the_rest(
    served: Served, workplace: Workplace, account: Account, log: Reply, location: str, said: str
) -> None:
    failing(served, log, location)
    result = await call(workplace, account, "github_runs", run=9)
    assert result.exit_code == 0
    assert said in result.text
    assert "job 2 failure" in result.text
    assert "hidden-signature" not in result.text


async def test_the_triage_is_that_of_logs(
    served: Served, workplace: Workplace, account: Account
) -> None:
    pytest.importorskip("agents.logs.source")
    text = (
        "2026-01-02T03:04:05.0000000Z ##[group]Run pytest\n"
        "2026-01-02T03:04:05.0000000Z ##[endgroup]\n"
        "2026-01-02T03:04:06.0000000Z E       assert 1 == 2\n"
        "2026-01-02T03:04:06.0000000Z tests/test_a.py:2: AssertionError\n"
        "2026-01-02T03:04:07.0000000Z ##[error]Process completed with exit code 1.\n"
    )
    failing(served, Reply(raw=text.encode()))
    found = next(tool for tool in hub_tools(lambda: account) if tool.name == "github_runs")
    result = await found.call(workplace, found.arguments(run=9))
    assert "tests/test_a.py" in result.text
    assert "assert 1 == 2" in result.text


async def test_runs_are_listed_by_branch(
    served: Served, workplace: Workplace, account: Account
) -> None:
    runs = [{"id": 9, "name": "CI", "status": "in_progress", "run_attempt": 2}]
    served.paged(f"{REPO}/actions/runs", runs, "workflow_runs")
    result = await call(workplace, account, "github_runs", branch="topic")
    assert result.text.startswith("run 9 in_progress: CI")
    assert "attempt 2" in result.text
    assert served.asked[0].query["branch"] == "topic"


async def test_a_pull_request_is_shown_before_it_is_opened(
    served: Served, workplace: Workplace, account: Account
) -> None:
    git(workplace.root, "switch", "--quiet", "--create", "topic")
    opening = tool(account, "open_pull_request")
    arguments = opening.arguments(title="Fix\nit", body="Because.")
    assert opening.preview is not None
    text = await opening.preview(workplace, arguments)
    assert "127.0.0.1/example/thing, from topic into the default branch" in text
    assert "\n\nBecause.\n" in text
    assert not served.asked
    served.on(REPO, Reply({"default_branch": "trunk"}))
    served.on(f"{REPO}/pulls", Reply(pull(8, html_url="https://x/8"), 201), method="POST")
    result = await opening.call(workplace, arguments)
    assert result.text == "opened pull request #8 from topic into trunk: https://x/8"
    assert served.asked[-1].body == {
        **{"title": "Fix it", "body": "Because.", "base": "trunk", "head": "topic"}
    }


async def test_a_branch_that_is_not_pushed_is_said(
    served: Served, workplace: Workplace, account: Account
) -> None:
    errors = [{"resource": "PullRequest", "field": "head", "code": "invalid"}]
    served.on(
        f"{REPO}/pulls",
        Reply({"message": "Validation Failed", "errors": errors}, 422),
        method="POST",
    )
    given = {"title": "x", "body": "", "base": "main", "head": "topic"}
    result = await call(workplace, account, "open_pull_request", **given)
    assert result.exit_code == 1
    assert "is topic pushed?" in result.text
    assert "head invalid" in result.text


async def test_a_comment_is_shown_and_sent(
    served: Served, workplace: Workplace, account: Account
) -> None:
    commenting = tool(account, "github_comment")
    arguments = commenting.arguments(number=4, body="Thanks.")
    assert commenting.preview is not None
    shown = await commenting.preview(workplace, arguments)
    assert shown == "on #4 in 127.0.0.1/example/thing\n\nThanks.\n"
    served.on(f"{REPO}/issues/4/comments", Reply({"html_url": "https://x"}, 201), method="POST")
    result = await commenting.call(workplace, arguments)
    assert result.text == "commented: https://x"
    assert served.asked[-1].body == {"body": "Thanks."}


async def test_a_token_that_is_said_back_goes_no_further(
    served: Served, workplace: Workplace, account: Account
) -> None:
    served.on(f"{REPO}/issues/4", Reply(issue(4, body=f"it is {TOKEN}")))
    result = await call(workplace, account, "github_issues", number=4)
    assert "it is [token]" in result.text
    served.on(f"{REPO}/issues/5", Reply({"message": f"bad {TOKEN}"}, 403))
    result = await call(workplace, account, "github_issues", number=5)
    assert TOKEN not in result.text


async def test_an_answer_of_another_form_is_said(
    served: Served, workplace: Workplace, account: Account
) -> None:
    served.on(f"{REPO}/issues/4", Reply({"number": "many"}))
    result = await call(workplace, account, "github_issues", number=4)
    assert "not of GitHub's form (issue 4 in example/thing)" in result.text
    served.on(f"{REPO}/issues", Reply({"no": "list"}))
    assert "not of GitHub's form" in (await call(workplace, account, "github_issues")).text
