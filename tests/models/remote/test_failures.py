"""Servers that break, stall, refuse or lie: what is tried again, and what a person reads."""

import asyncio
import logging
import time
from dataclasses import dataclass
from email.utils import formatdate

import pytest

from models.errors import GenerationError, ModelError
from models.remote import Endpoint, RemoteChatModel, reach
from tests.models.remote.conftest import BRIEF, endpoint
from tests.models.remote.served import (
    Reply,
    Served,
    call,
    cut,
    delta,
    end,
    listing,
    refuses,
    says,
    sse,
    usage,
)
from tests.models.remote.test_chat import LOOK, RUN, blocks

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
YES = says(delta(content="Yes"), end())
NOWHERE = "http://127.0.0.1:9"
"""The port `discard`, on which nothing listens."""


def test_a_call_that_is_cut_costs_a_retry_and_comes_once(
    served: Served, chat: RemoteChatModel
) -> None:
    whole = call(0, "run", '{"command": "ls"}', "a")
    served.replies = [
        cut(delta(reasoning="Hm"), whole), cut(whole, call(1, "look", "", "b")),
        says(delta(reasoning="Hm"), whole, end("tool_calls")),
    ]  # fmt: skip
    answer = chat.bind_tools([RUN, LOOK]).invoke("?")
    assert [one["args"] for one in answer.tool_calls] == [{"command": "ls"}]
    assert len(served.asked) == 3
    assert len({body["seed"] for body in served.bodies}) == 1


def test_what_a_reader_has_is_not_said_twice(served: Served, chat: RemoteChatModel) -> None:
    thought = [delta(reasoning="Let me "), delta(reasoning="see")]
    served.replies = [
        cut(*thought, delta(content="Hello wo")),
        cut(*thought, delta(content="Hello")),
        says(*thought, delta(content="Hello"), delta(content=" world"), end()),
    ]
    assert blocks(chat.invoke("?")) == {"reasoning": "Let me see", "text": "Hello world"}


def test_another_answer_after_a_cut_follows_whole(served: Served, chat: RemoteChatModel) -> None:
    served.replies = [
        cut(delta(reasoning="Hm"), delta(content="Hello wo")),
        says(delta(reasoning="Hm"), delta(content="Hel"), delta(content="p is here"), end()),
    ]
    assert blocks(chat.invoke("?"))["text"] == "Hello wo\n\nHelp is here"


def test_structured_answers_that_are_cut_leave_nothing(
    served: Served, chat: RemoteChatModel
) -> None:
    served.replies = [cut(delta(content='{"a": 1')), says(delta(content='{"b": 2}'), end())]
    assert chat.invoke("?", json_schema={}).text == '{"b": 2}'


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_server_that_is_briefly_away_is_asked_again(
    served: Served, chat: RemoteChatModel, status: int
) -> None:
    served.replies = [refuses(status), YES]
    assert chat.invoke("?").text == "Yes"


@pytest.mark.parametrize("kind", ["seconds", "date"])
def test_retry_after_is_heeded(served: Served, chat: RemoteChatModel, kind: str) -> None:
    asked = "1" if kind == "seconds" else formatdate(time.time() + 2, usegmt=True)
    served.replies = [refuses(429, Retry_After=asked), YES]
    began = time.monotonic()
    answer = chat.invoke("?")
    assert time.monotonic() - began >= 0.9
    assert answer.response_metadata["usage"]["queued_seconds"] >= 0.9


def test_an_hour_is_not_waited_for(served: Served, chat: RemoteChatModel) -> None:
    served.replies = [refuses(429, Retry_After="3600")]
    with pytest.raises(GenerationError, match="too many requests"):
        chat.invoke("?")
    assert len(served.asked) == 1


@dataclass(frozen=True)
class Case:
    """A reply, and the line that it becomes."""

    name: str
    reply: Reply
    error: type[Exception]
    says: str
    asked: int = 1
    """Requests until it is told."""


LONG = {"error": {"message": "the request exceeds the available context size",
                  "type": "exceed_context_size_error", "code": 400}}  # fmt: skip
VLLM = {"message": "This model's maximum context length is 4096 tokens.", "code": 400}
CASES = [
    Case("no key", refuses(401, {"error": "who are you"}), ModelError, r"wants a key \(401\)"),
    Case("forbidden", refuses(403), ModelError, r"wants a key \(403\)"),
    Case("rate", refuses(429), GenerationError, r"too many requests \(429\) \(asked 4 times\)", 4),
    Case("sick", refuses(500, {"error": {"message": "boom"}}), GenerationError,
         r"not well \(500\): boom \(asked 4 times\)", 4),
    Case("long", refuses(400, LONG), GenerationError, "prompt is too long for http"),
    Case("long at vLLM", refuses(400, VLLM), GenerationError, "maximum context length is 4096"),
    Case("long in the stream", says(LONG), GenerationError, "prompt is too long"),
    Case("error in the stream", says(delta(content="a"), {"error": {"message": "boom"}}),
         GenerationError, "not well .500.: boom", 4),
    Case("odd", refuses(418, {"detail": "short\x1b[31m and\nstout"}), GenerationError,
         r"refuses the request \(418\): short \[31m and stout"),
    Case("elsewhere", refuses(307, Location="http://example.org"), ModelError, "leads elsewhere"),
    Case("no such path", refuses(404, b"<html>"), ModelError, "not .* OpenAI-compatible .*404"),
    Case("html", Reply(kind="text/html", blocks=(b"<html>\n",)), ModelError, "sends text/html"),
    Case("no JSON", Reply(blocks=(b"data: {oops\n\n",)), ModelError, "is not JSON"),
    Case("a list", Reply(blocks=(b"data: [1]\n\n",)), ModelError, "is not JSON"),
    Case("deep", Reply(blocks=(b"data: " + b"[" * 100_000 + b"\n\n",)), ModelError, "not JSON"),
    Case("half an event", Reply(blocks=(b'data: {"choices": [{"de',)), GenerationError,
         "broke off", 4),
    Case("nothing", Reply(), GenerationError, "broke off", 4),
    Case("no reason", says(delta(content="a")), GenerationError, "broke off", 4),
    Case("gave up", says(delta(content="a"), end("abort")), GenerationError, "broke off", 4),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_failure_is_one_clear_line_and_a_hint(
    served: Served, chat: RemoteChatModel, case: Case
) -> None:
    served.models = listing()
    served.replies = [case.reply]
    with pytest.raises(case.error, match=case.says) as caught:
        chat.invoke("?")
    assert isinstance(caught.value, ModelError | GenerationError)
    assert caught.value.hint
    assert caught.value.message.isprintable()
    assert len(served.asked) == case.asked


def test_a_server_may_end_without_its_counts(served: Served, chat: RemoteChatModel) -> None:
    served.replies = [cut(delta(content="Yes"), end())]
    assert chat.invoke("?").text == "Yes"
    assert len(served.asked) == 1


def test_a_stream_of_strange_things_is_passed_over(served: Served, chat: RemoteChatModel) -> None:
    served.replies = [
        says(
            {}, {"choices": []}, {"choices": {}}, {"choices": [7]}, {"choices": [{"delta": 7}]},
            delta(content=7, tool_calls=[3, {"function": 4}, {"index": []}]), {"usage": "much"},
            delta(content="Yes"), end(), usage(-5, 2),
        )
    ]  # fmt: skip
    answer = chat.invoke("?")
    assert answer.text == "Yes"
    assert answer.response_metadata["usage"]["prompt_tokens"] == 0


def test_a_server_that_goes_silent_is_asked_again(served: Served) -> None:
    patience = BRIEF.model_copy(update={"next_token": 0.5})
    chat = RemoteChatModel(endpoint(served.url, patience=patience), model="there")
    served.replies = [Reply(blocks=sse(delta(content="Ye"), done=False), hang=20), YES]
    assert chat.invoke("?", thinking=False).text == "Yes"


def test_signs_of_life_are_no_tokens(served: Served) -> None:
    patience = BRIEF.model_copy(update={"first_token": 1.0})
    chat = RemoteChatModel(endpoint(served.url, patience=patience), model="there")
    served.replies = [Reply(hang=20)]
    with pytest.raises(GenerationError, match="gave no token within 1 s"):
        chat.invoke("?")
    assert len(served.asked) == 1


def test_where_nothing_listens_is_told_soon(socket_enabled: None) -> None:
    chat = RemoteChatModel(endpoint(NOWHERE), model="there")
    with pytest.raises(ModelError, match=f"{NOWHERE} cannot be reached: nothing listens there"):
        chat.invoke("?")


def test_the_key_goes_out_and_is_never_shown(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "-".join(["not", "a", "real", "key"])
    monkeypatch.setenv("THERE_KEY", secret)
    chat = RemoteChatModel(endpoint(served.url, key_env="THERE_KEY"), model="there")
    served.replies = [refuses(400, {"error": f"bad {secret}"}), refuses(401, {"error": secret})]
    shown = [repr(chat), str(chat.endpoint)]
    for _ in range(2):
        with pytest.raises((ModelError, GenerationError)) as caught:
            chat.invoke("?")
        shown += [str(caught.value), repr(caught.value)]
    assert served.asked[0].headers["authorization"] == f"Bearer {secret}"
    assert "does not accept the key in THERE_KEY (401)" in shown[-2]
    assert secret not in "".join(shown) + caplog.text


@pytest.mark.parametrize("key", ["", "two words", "line\nend", "schlüssel"])
def test_what_cannot_be_a_key_is_told_before_anything_is_sent(
    served: Served, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("THERE_KEY", key)
    chat = RemoteChatModel(endpoint(served.url, key_env="THERE_KEY"), model="there")
    with pytest.raises(ModelError, match="THERE_KEY") as caught:
        chat.invoke("?")
    assert not key or key not in str(caught.value)
    assert served.listed == len(served.asked) == 0


def test_a_wrong_name_is_answered_with_the_nearest_three(served: Served) -> None:
    served.models = listing("Qwen3-8B", "Qwen3-4B", "Qwen3-14B", "gemma", "llava")
    chat = RemoteChatModel(endpoint(served.url, model="Qwen3-8b"), model="there")
    with pytest.raises(ModelError, match="has no model 'Qwen3-8b'") as caught:
        chat.invoke("?")
    assert caught.value.hint == "it has Qwen3-8B, Qwen3-4B, Qwen3-14B"
    assert not served.asked


def test_a_name_that_only_the_answer_refuses_is_told(served: Served) -> None:
    served.models = refuses(404)
    served.replies = [refuses(404, {"error": "model 'x' not found"})]
    chat = RemoteChatModel(endpoint(served.url, model="x"), model="there")
    with pytest.raises(ModelError, match="has no model 'x'"):
        chat.invoke("?")


def test_one_of_several_models_must_be_named(served: Served) -> None:
    served.models, served.replies = listing("a", "b"), [YES]
    with pytest.raises(ModelError, match="has 2 models, and none was named"):
        RemoteChatModel(endpoint(served.url), model="there").invoke("?")
    assert RemoteChatModel(endpoint(served.url, model="b"), model="there").invoke("?").text == "Yes"
    assert served.bodies[0]["model"] == "b"


def test_a_tag_of_ollama_may_be_left_out(served: Served) -> None:
    served.models, served.replies = listing("qwen3:latest"), [YES]
    chat = RemoteChatModel(endpoint(served.url, model="qwen3"), model="there")
    assert chat.invoke("?").text == "Yes"


def test_a_dead_server_is_left_out(served: Served, other: Served) -> None:
    served.replies = other.replies = [YES]
    chat = RemoteChatModel(endpoint(NOWHERE, served.url, other.url), model="there")
    assert [chat.invoke("?").text for _ in range(6)] == ["Yes"] * 6
    assert len(served.asked) == len(other.asked) == 3


def test_a_cut_goes_on_at_the_other_server(served: Served, other: Served) -> None:
    whole = call(0, "run", '{"command": "ls"}', "a")
    served.replies, other.replies = [cut(whole)], [says(whole, end("tool_calls"))]
    chat = RemoteChatModel(endpoint(served.url, other.url), model="there")
    for _ in range(3):
        assert len(chat.bind_tools([RUN]).invoke("?").tool_calls) == 1
    assert (len(served.asked), len(other.asked)) == (1, 3)


async def test_calls_go_to_the_server_with_the_fewest_open(served: Served, other: Served) -> None:
    served.replies = other.replies = [
        Reply(blocks=sse(delta(content="Yes"), end()), hang_first=0.3)
    ]
    chat = RemoteChatModel(endpoint(served.url, other.url), model="there")
    await asyncio.gather(*(chat.ainvoke("?") for _ in range(6)))
    assert (len(served.asked), len(other.asked)) == (3, 3)


def test_a_slow_server_is_left_for_another(served: Served, other: Served) -> None:
    patience = BRIEF.model_copy(update={"first_token": 1.0})
    served.replies, other.replies = [Reply(hang=20)], [YES]
    both = endpoint(served.url, other.url, patience=patience)
    assert RemoteChatModel(both, model="there").invoke("?").text == "Yes"


def test_doctor_hears_what_each_server_has(served: Served) -> None:
    asked = Endpoint(urls=(served.url, NOWHERE), patience=BRIEF)
    here, nowhere = reach(asked)
    assert (here.url, here.models, here.error) == (served.url, ("tiny",), None)
    assert "nothing listens there" in str(nowhere.error)
