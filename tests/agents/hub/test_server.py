"""Whatever a server answers, it is an answer or one sentence, in bounded time."""

import socket
import time
from dataclasses import replace
from email.utils import formatdate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.hub import Account, HubError, Patience, Server
from agents.hub.refusals import limited, refused, retry_after, too_long
from tests.agents.hub.conftest import TOKEN
from tests.agents.hub.served import Reply, Served

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


async def test_the_token_goes_in_the_header_and_the_version_is_named(
    served: Served, server: Server
) -> None:
    served.on("/x", Reply({"ok": 1}))
    assert await server.get("/x", "thing") == {"ok": 1}
    [asked] = served.asked
    assert asked.headers["authorization"] == f"token {TOKEN}"
    assert asked.headers["x-github-api-version"] == "2022-11-28"


async def test_pages_are_followed_to_the_limit(served: Served, server: Server) -> None:
    served.paged("/items", list(range(250)))
    listed = await server.listed("/items", "items", 120, state="open")
    assert listed.items == tuple(range(120))
    assert listed.more
    assert [asked.query["state"] for asked in served.asked] == ["open", "open"]
    listed = await server.listed("/items", "items", 1000)
    assert len(listed.items) == 250
    assert not listed.more


async def test_a_next_page_elsewhere_is_not_asked(served: Served, server: Server) -> None:
    served.on("/items", Reply([1], headers={"Link": '<http://example.invalid/x>; rel="next"'}))
    with pytest.raises(HubError, match="another server"):
        await server.listed("/items", "items", 10)


async def test_what_has_not_changed_is_not_sent_again(served: Served, server: Server) -> None:
    served.on(
        "/x",
        Reply({"n": 1}, headers={"ETag": '"a"'}),
        Reply(None, 304),
        Reply({"n": 2}, headers={"ETag": '"b"'}),
        Reply(None, 304),
    )
    assert [(await server.get("/x", "x"))["n"] for _ in range(4)] == [1, 1, 2, 2]
    assert [asked.headers.get("if-none-match") for asked in served.asked] == [
        *(None, '"a"', '"a"', '"b"')
    ]


async def test_a_short_rate_limit_is_waited_for(served: Served, server: Server) -> None:
    served.on("/x", Reply({"message": "slow down"}, 429, {"Retry-After": "1"}), Reply({"ok": 1}))
    began = time.monotonic()
    assert await server.get("/x", "x") == {"ok": 1}
    assert time.monotonic() - began >= 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(
            {"message": "API rate limit exceeded"},
            403,
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "4102444800"},
        ),
        Reply({"message": "You have exceeded a secondary rate limit"}, 403),
        Reply({"message": "x"}, 403, {"Retry-After": "3600"}),
        Reply({"message": "x"}, 429),
    ],
)
@pytest.mark.parametrize("verb", ["GET", "POST"])
async def test_a_long_rate_limit_says_until_when(
    served: Served, server: Server, reply: Reply, verb: str
) -> None:
    served.on("/x", reply, method=verb)
    began = time.monotonic()
    with pytest.raises(HubError, match=r"rate limit is used up until \d{4}-\d\d-\d\d .* UTC"):
        await (server.get("/x", "x") if verb == "GET" else server.post("/x", "x", {"a": 1}))
    assert time.monotonic() - began < 1
    assert len(served.asked) == 1


async def test_a_limit_that_never_ends_is_given_up(served: Served, server: Server) -> None:
    served.on("/x", Reply({"message": "x"}, 429, {"Retry-After": "0"}))
    with pytest.raises(HubError, match="rate limit"):
        await server.get("/x", "x")
    assert len(served.asked) == 3


async def test_a_server_that_is_briefly_away_is_asked_again(served: Served, server: Server) -> None:
    served.on("/x", Reply(None, 502, raw=b"<html>bad gateway</html>"), Reply({"ok": 1}))
    assert await server.get("/x", "x") == {"ok": 1}
    served.on("/y", Reply({"message": "boom"}, 500))
    with pytest.raises(HubError, match="answers 500"):
        await server.get("/y", "y")
    assert served.paths().count("/y") == 3


async def test_what_may_have_been_done_is_not_done_again(served: Served, server: Server) -> None:
    served.on("/x", Reply({"message": "boom"}, 502), method="POST")
    with pytest.raises(HubError, match="answers 502"):
        await server.post("/x", "x", {})
    served.on("/y", Reply({"id": 1}, cut=10), method="POST")
    with pytest.raises(HubError):
        await server.post("/y", "y", {})
    assert served.paths() == ["/x", "/y"]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply({"message": "Bad credentials"}, 401), "does not accept the token"),
        (
            Reply({"message": "no"}, 403, {"X-Accepted-GitHub-Permissions": "issues=read"}),
            "issues=read",
        ),
        (Reply({"message": "no"}, 403, {"X-GitHub-SSO": "required; url=x"}), "single sign-on"),
        (Reply({"message": "Not Found"}, 404, {"X-Accepted-OAuth-Scopes": "repo"}), "needs repo"),
        (Reply({"message": "Issues are disabled"}, 410), "switched off"),
        (
            Reply(
                {
                    "message": "Validation Failed",
                    "errors": [{"field": "head", "code": "invalid"}, "x"],
                },
                422,
            ),
            "head invalid; x",
        ),
        (Reply(["odd"], 422), "does not take that"),
        (Reply({}, 200, {"X-RateLimit-Remaining": "x", "X-RateLimit-Limit": "y"}), "GitHub's form"),
        (Reply(None, 418, raw=b"tea"), "answers 418"),
        (Reply(None, raw=b"<html>hello</html>"), "no JSON"),
        (Reply(None, raw=b'{"a":'), "no JSON"),
        (Reply(None, raw=b"[" * 100_000), "no JSON"),
        (Reply({"a": 1}, cut=50), "broke off"),
        (Reply(None, raw=b" " * 17_000_000), "too long"),
    ],
)
async def test_each_refusal_is_one_sentence(
    served: Served, server: Server, reply: Reply, said: str
) -> None:
    served.on("/x", reply)
    with pytest.raises(HubError) as caught:
        await server.get("/x", "thing")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert TOKEN not in str(caught.value)


async def test_an_enterprise_server_keeps_its_prefix(served: Served, account: Account) -> None:
    server = Server(replace(account, base_url=f"{served.url}/api/v3"))
    served.paged("/api/v3/items", list(range(150)))
    assert len((await server.listed("/items", "items", 150)).items) == 150
    moved = {"Location": f"{served.url}/api/v3/items?page=2"}
    served.on("/api/v3/old", Reply(None, 301, moved))
    assert await server.get("/old", "x") == list(range(30, 60))


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_renamed_repository_is_followed_with_its_query(
    served: Served, server: Server, status: int
) -> None:
    moved = {"Location": f"{served.url}/repositories/7?state=closed"}
    served.on("/repos/example/old", Reply({"message": "Moved Permanently"}, status, moved))
    served.on("/repositories/7", lambda asked: Reply(asked.query))
    got = await server.get("/repos/example/old", "x", state="closed")
    assert got == {"state": "closed"}


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("http://example.invalid/x", "another server"),
        ("//example.invalid/x", "another server"),
        ("/a", "from place to place"),
        ("", "another server"),
        ("file:///etc/passwd", "another server"),
    ],
)
async def test_a_redirect_elsewhere_or_in_a_circle_is_refused(
    served: Served, server: Server, location: str, said: str
) -> None:
    served.on("/a", Reply(None, 302, {"Location": location}))
    with pytest.raises(HubError, match=said):
        await server.get("/a", "x")
    assert len(served.asked) <= 4


async def test_an_answer_that_is_being_made_is_not_waited_for_for_ever(
    served: Served, server: Server
) -> None:
    served.on("/x", Reply({}, 202))
    assert await server.get("/x", "x") == {}
    assert len(served.asked) == 1


async def test_a_server_that_is_not_there_is_said(served: Served) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    server = Server(Account(TOKEN, url, Patience(1, 2, 0.01, 0)))
    for asking in (server.get("/x", "thing"), server.post("/x", "thing", {})):
        with pytest.raises(HubError, match="cannot be reached") as caught:
            await asking
        assert "127.0.0.1 is the right server" in str(caught.value)


async def test_a_server_that_is_silent_is_left(served: Served, hasty: Server) -> None:
    def slow(asked: object) -> Reply:
        time.sleep(1.5)
        return Reply({})

    served.on("/x", slow)
    began = time.monotonic()
    with pytest.raises(HubError, match="does not answer in time"):
        await hasty.get("/x", "x")
    assert time.monotonic() - began < 6


def test_waits_are_read_from_every_header() -> None:
    now = 1_000_000.0
    assert retry_after({"retry-after": "7"}, now) == 7
    assert retry_after({"retry-after": formatdate(now + 9, usegmt=True)}, now) == 9
    assert retry_after({"retry-after": "soon"}, now) is None
    reset = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1000030"}
    assert limited(403, reset, "", now) == 31
    assert limited(403, {"x-ratelimit-remaining": "5"}, "no", now) is None
    assert limited(404, reset, "", now) is None


headers = st.dictionaries(
    st.sampled_from(["retry-after", "x-ratelimit-remaining", "x-ratelimit-reset", "x-github-sso"]),
    st.one_of(st.text(max_size=30), st.integers().map(str), st.floats().map(str)),
)
data = st.recursive(
    st.none() | st.booleans() | st.text(max_size=20) | st.integers(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["message", "errors"]), inner),
)


@settings(max_examples=50)
@given(st.sampled_from([401, 403, 404, 410, 422, 429, 500, 451]), headers, data)
def test_no_refusal_is_too_odd(status: int, headers: dict[str, str], data: object) -> None:
    wait = limited(status, headers, "", 1e9)
    assert wait is None or wait >= 0
    assert str(too_long(wait or 0.0, 1e9))
    assert "\n" not in str(refused(status, headers, data, "it"))
