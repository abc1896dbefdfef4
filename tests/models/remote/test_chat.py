"""Answers of OpenAI-compatible servers become ours: thinking, text, calls, counts."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from models.errors import GenerationError
from models.remote import RemoteChatModel
from tests.models.remote.served import Reply, Served, call, delta, end, refuses, says, sse, usage

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
RUN: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "run",
        "description": "runs",
        "parameters": {
            "type": "object",
            "properties": {"command": {"type": "string"}},
            "required": ["command"],
        },
    },
}
LOOK = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}


def blocks(message: AIMessage) -> dict[str, str]:
    """What the answer holds of each kind."""
    found: dict[str, str] = {}
    for block in message.content:
        assert isinstance(block, dict)
        kind = block["type"]
        found[kind] = found.get(kind, "") + block[kind]
    return found


@dataclass(frozen=True)
class Case:
    """Chunks, and what they say."""

    name: str
    chunks: list[dict[str, Any]]
    thinking: str = ""
    text: str = ""


CASES = [
    Case("llama-server", [delta(reasoning_content="Hm"), delta(content="Yes")], "Hm", "Yes"),
    Case("both names", [delta(reasoning="Hm", reasoning_content="Hm"), delta(content="Yes")],
         "Hm", "Yes"),
    Case("tags", [delta(content="<thi"), delta(content="nk>Hm</th"), delta(content="ink>\n\nYes")],
         "Hm", "Yes"),
    Case("no opening tag", [delta(content="Hm"), delta(content="</think>Yes")], "Hm", "Yes"),
    Case("no thinking", [delta(content="Yes <b"), delta(content="old>")], "", "Yes <bold>"),
    Case("parts", [delta(content=[{"type": "text", "text": "Yes"}])], "", "Yes"),
    Case("nulls", [delta(role="assistant", content=None, tool_calls=None), delta(content="Yes")],
         "", "Yes"),
    Case("nothing", [delta(content="")]),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_thinking_and_text_are_parted(served: Served, chat: RemoteChatModel, case: Case) -> None:
    served.replies = [says(*case.chunks, end())]
    found = blocks(chat.invoke("?"))
    assert (found.get("reasoning", ""), found.get("text", "")) == (case.thinking, case.text)


def test_text_streams_as_it_comes(served: Served, chat: RemoteChatModel) -> None:
    served.replies = [says(delta(reasoning="Hm"), delta(content="a"), delta(content="b"), end())]
    said = [chunk.text for chunk in chat.stream("?") if chunk.text]
    assert said == ["a", "b"]


async def test_it_streams_into_any_event_loop(served: Served, chat: RemoteChatModel) -> None:
    served.replies = [says(delta(content="Yes"), end())]
    answers = await asyncio.gather(*(chat.ainvoke("?", thinking=False) for _ in range(4)))
    assert [answer.text for answer in answers] == ["Yes"] * 4


def test_counts_are_those_of_the_server(served: Served, chat: RemoteChatModel) -> None:
    served.replies = [
        says(
            delta(reasoning="Hm"), delta(content="Yes"), end(), usage(50, 12, cached=40, thought=9)
        )
    ]
    answer = chat.invoke("?")
    told = answer.response_metadata["usage"]
    assert (told["prompt_tokens"], told["reused_tokens"], told["prefilled_tokens"]) == (50, 40, 10)
    assert (told["thinking_tokens"], told["answer_tokens"]) == (9, 3)
    assert answer.response_metadata["thinking"]["closed"] == "model"
    assert 0 < told["first_token_seconds"] <= told["seconds"]


def test_an_answer_without_a_stream_is_read_too(served: Served, chat: RemoteChatModel) -> None:
    told = b'{"choices": [{"message": {"content": "Yes"}, "finish_reason": "length"}]}'
    served.replies = [Reply(kind="application/json", blocks=(told,))]
    answer = chat.invoke("?")
    assert (answer.text, answer.response_metadata["finish"]) == ("Yes", "length")


def test_calls_are_put_together(served: Served, chat: RemoteChatModel) -> None:
    served.replies = [
        says(
            call(0, "run", '{"comm', "a"), call(0, "", 'and": "ls"}'),
            call(1, "run", '{"command": "pwd"}', "b"), end("tool_calls"),
        )
    ]  # fmt: skip
    answer = chat.bind_tools([RUN]).invoke("?")
    assert [one["args"]["command"] for one in answer.tool_calls] == ["ls", "pwd"]
    assert answer.response_metadata["finish"] == "tool_calls"


def test_calls_of_one_number_are_told_apart(served: Served, chat: RemoteChatModel) -> None:
    """So Ollama sends them."""
    first, second = call(0, "run", '{"command": "a"}', "x"), call(0, "look", "{}", "y")
    served.replies = [says(first, second, end("tool_calls"))]
    answer = chat.bind_tools([RUN, LOOK]).invoke("?")
    assert [one["name"] for one in answer.tool_calls] == ["run", "look"]


def test_calls_in_the_text_are_read(served: Served, chat: RemoteChatModel) -> None:
    """So servers send them that were started without a parser of calls."""
    text = 'I look. <tool_call>\n{"name": "run", "arguments": {"command": "ls"}}\n</tool_call>'
    served.replies = [says(*(delta(content=letter) for letter in text), end())]
    answer = chat.bind_tools([RUN]).invoke("?", thinking=False)
    assert answer.text == "I look."
    assert [one["args"] for one in answer.tool_calls] == [{"command": "ls"}]


def test_a_call_that_does_not_fit_its_tool_is_told(served: Served, chat: RemoteChatModel) -> None:
    served.replies = [says(call(0, "run", '{"cmd": 1}', "a"), end("tool_calls"))]
    (invalid,) = chat.bind_tools([RUN]).invoke("?").invalid_tool_calls
    assert "'command' is a required property" in str(invalid["error"])


def test_a_call_that_was_cut_is_not_mended(served: Served, chat: RemoteChatModel) -> None:
    served.replies = [says(call(0, "run", '{"command": "rm -rf /tmp', "a"), end("length"))]
    answer = chat.bind_tools([RUN]).invoke("?")
    assert not answer.tool_calls
    assert "cut off" in str(answer.invalid_tool_calls[0]["error"])


def test_where_none_may_be_called_none_is(served: Served, chat: RemoteChatModel) -> None:
    text = '<tool_call>{"name": "run", "arguments": {"command": "ls"}}</tool_call>'
    served.replies = [says(delta(content="No. "), delta(content=text), call(0, "run", "{}"), end())]
    answer = chat.bind_tools([RUN], tool_choice="none").invoke("?", thinking=False)
    assert (answer.text, answer.tool_calls) == ("No. ", [])
    assert served.bodies[0]["tool_choice"] == "none"


def test_one_call_is_one_call(served: Served, chat: RemoteChatModel) -> None:
    calls = [call(at, "look", "{}", str(at)) for at in range(3)]
    served.replies = [says(*calls, end("tool_calls"))]
    bound = chat.bind_tools([LOOK], parallel_tool_calls=False)
    assert len(bound.invoke("?").tool_calls) == 1


def test_a_tool_that_must_be_called_is_the_only_one_told(
    served: Served, chat: RemoteChatModel
) -> None:
    served.replies = [says(call(0, "look", "{}"), end("tool_calls"))]
    chat.bind_tools([RUN, LOOK], tool_choice="look").invoke("?")
    body = served.bodies[0]
    assert [tool["function"]["name"] for tool in body["tools"]] == ["look"]
    assert body["tool_choice"] == "required"
    with pytest.raises(GenerationError, match="is not among the tools"):
        chat.bind_tools([RUN], tool_choice="fly").invoke("?")


def test_options_reach_the_server(served: Served, chat: RemoteChatModel) -> None:
    served.replies = [says(delta(content="{}"), end())]
    chat.invoke(
        "?", temperature=0.5, top_k=20, top_p=0.9, min_p=0.1, repetition_penalty=1.1, seed=3,
        stop=["END"], thinking=True, thinking_budget=64, answer_tokens=100,
        json_schema={"type": "object"},
    )  # fmt: skip
    body = served.bodies[0]
    assert body["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert body["chat_template_kwargs"] == {"enable_thinking": True}
    assert body["reasoning_budget_tokens"] == body["thinking_token_budget"] == 64
    assert (body["max_tokens"], body["seed"], body["stop"]) == (164, 3, ["END"])
    assert body["repetition_penalty"] == body["repeat_penalty"] == 1.1
    assert body["model"] == "tiny"


def test_a_conversation_reaches_the_server_whole(served: Served, chat: RemoteChatModel) -> None:
    served.replies = [says(delta(content="Yes"), end())]
    made = {"name": "run", "args": {"command": "ls"}, "id": "c1", "type": "tool_call"}
    chat.invoke(
        [
            SystemMessage("Be brief."), HumanMessage("Look."),
            AIMessage("I look.", tool_calls=[made]), ToolMessage("a.py", tool_call_id="c1"),
            AIMessage("", invalid_tool_calls=[
                {"name": None, "args": "<tool_call>oops", "id": None, "error": "",
                 "type": "invalid_tool_call"}
            ]),
            HumanMessage("half a character: \ud83d"),
        ]
    )  # fmt: skip
    told = served.bodies[0]["messages"]
    assert [one["role"] for one in told] == [
        "system", "user", "assistant", "tool", "assistant", "user",
    ]  # fmt: skip
    assert told[2]["tool_calls"][0]["function"]["arguments"] == '{"command": "ls"}'
    assert told[3]["tool_call_id"] == told[2]["tool_calls"][0]["id"] == "c1"
    assert told[4]["content"] == "<tool_call>\noops\n</tool_call>"
    assert told[5]["content"] == "half a character: ?"


def test_a_server_that_ignores_the_switch_is_told_in_words(
    served: Served, chat: RemoteChatModel
) -> None:
    served.replies = [says(delta(reasoning="Hm"), delta(content="Yes"), end())]
    chat.invoke("?", thinking=False)
    chat.invoke("?", thinking=False)
    chat.invoke("?", thinking=True)
    told = [body["messages"][-1]["content"] for body in served.bodies]
    assert told == ["?", "? /no_think", "?"]
    assert [body.get("reasoning_effort") for body in served.bodies] == [None, "none", None]


def test_a_field_that_a_server_refuses_is_left_out(served: Served, chat: RemoteChatModel) -> None:
    no = refuses(400, {"error": {"message": "thinking_token_budget is set but not configured"}})
    served.replies = [no, says(delta(content="Yes"), end())]
    assert chat.invoke("?", thinking_budget=9).text == "Yes"
    chat.invoke("?", thinking_budget=9)
    assert ["thinking_token_budget" in body for body in served.bodies] == [True, False, False]
    assert len(served.asked) == 3


def test_what_shows_no_opening_tag_is_held_only_until_that_is_known(
    served: Served, chat: RemoteChatModel
) -> None:
    served.replies = [says(delta(content="a"), delta(content="b"), end())]
    first = [chunk.text for chunk in chat.stream("?") if chunk.text]
    second = [chunk.text for chunk in chat.stream("?") if chunk.text]
    assert (first, second) == (["ab"], ["a", "b"])


def test_structured_answers_come_whole(served: Served, chat: RemoteChatModel) -> None:
    served.replies = [says(delta(content='{"ok"'), delta(content=": true}"), end())]
    schema = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
    assert chat.with_structured_output(schema).invoke("?") == {"ok": True}


def test_leaving_a_stream_ends_the_request(served: Served, chat: RemoteChatModel) -> None:
    served.replies = [Reply(blocks=sse(delta(reasoning="Hm"), done=False), hang=20)]
    stream = chat.stream("?")
    next(stream)
    stream.close()  # type: ignore[attr-defined]  # a generator, although LangChain says less
    assert served.left.wait(15)


def test_a_timeout_ends_the_request(served: Served, chat: RemoteChatModel) -> None:
    served.replies = [Reply(hang_first=20)]
    with pytest.raises(GenerationError, match="longer than its timeout"):
        chat.invoke("?", timeout=0.3)


async def test_a_cancelled_task_ends_the_request(served: Served, chat: RemoteChatModel) -> None:
    served.replies = [Reply(blocks=sse(delta(reasoning="Hm"), done=False), hang=20)]
    asking = asyncio.create_task(chat.ainvoke("?"))
    assert await asyncio.to_thread(served.reached.wait, 30)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await asyncio.to_thread(served.left.wait, 15)


def test_an_answer_that_is_cut_is_still_an_answer(served: Served, chat: RemoteChatModel) -> None:
    served.replies = [says(delta(content="Yes, bec"), end("length"))]
    assert blocks(chat.invoke("?")) == {"text": "Yes, bec"}


def test_thinking_that_is_cut_is_no_answer(served: Served, chat: RemoteChatModel) -> None:
    served.replies = [says(delta(content="Let me s"), end("length"))]
    assert blocks(chat.invoke("?", thinking=True)) == {"reasoning": "Let me s"}
