"""The chat model through LangChain's interface: on a model that thinks, and on SmolLM2."""

import asyncio
import json
from collections.abc import Generator
from itertools import takewhile
from typing import Any, Literal

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.exceptions import OutputParserException
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    HumanMessage,
    ToolMessage,
)
from pydantic import BaseModel, Field

from models import GenerationError, Usage
from models.load import Load
from models.local import LocalChatModel

READ = {
    "type": "function",
    "function": {
        "name": "read",
        "description": "Read a file",
        "parameters": {
            "type": "object",
            "properties": {"path": {"type": "string", "maxLength": 20}},
            "required": ["path"],
        },
    },
}
LIST = {"type": "function", "function": {"name": "list", "description": "List files"}}


class Review(BaseModel):
    """A review."""

    verdict: Literal["good", "bad"]
    reason: str = Field(max_length=40)
    score: int


def test_thinking_and_answer_come_as_standard_blocks(thinker: LocalChatModel) -> None:
    message = thinker.invoke("Hi", thinking=True, temperature=0)
    kinds = [
        (block["type"], block.get("reasoning", block.get("text")))
        for block in message.content_blocks
    ]
    assert kinds == [("reasoning", "Let me see"), ("text", "Hello world")]
    assert message.text == "Hello world"
    metadata = message.response_metadata
    assert (metadata["model"], metadata["finish"]) == ("thinks", "stop")
    assert (metadata["thinking"]["tokens"], metadata["thinking"]["closed"]) == (3, "model")
    usage = Usage(**metadata["usage"])
    assert message.usage_metadata is not None
    assert message.usage_metadata["output_tokens"] == 5
    assert message.usage_metadata["output_token_details"] == {"reasoning": 3}
    assert message.usage_metadata["input_token_details"] == {"cache_read": usage.reused_tokens}


def test_thinking_off_leaves_no_trace_of_it(thinker: LocalChatModel) -> None:
    message = thinker.invoke("Hi", thinking=False, temperature=0)
    assert [block["type"] for block in message.content_blocks] == ["text"]
    assert message.response_metadata["thinking"] is None


def test_a_budget_cuts_thinking_and_an_answer_follows(thinker: LocalChatModel) -> None:
    message = thinker.invoke("Hi", thinking_budget=1, temperature=0)
    assert message.content_blocks[0]["type"] == "reasoning"
    assert message.text == "Hello world"
    assert message.response_metadata["thinking"]["closed"] == "budget"


async def test_chunks_add_up_to_the_message(thinker: LocalChatModel) -> None:
    chunks = [chunk async for chunk in thinker.astream("Hi", temperature=0)]
    whole = AIMessageChunk(content=[])
    for chunk in chunks:
        whole = whole + chunk
    assert [b["type"] for b in whole.content_blocks] == ["reasoning", "text"]
    assert whole.text == "Hello world"
    assert len([chunk for chunk in chunks if chunk.text]) == 2
    assert chunks[-1].response_metadata["finish"] == "stop"
    assert whole.text == (await thinker.ainvoke("Hi", temperature=0)).text


def test_callbacks_see_every_token(thinker: LocalChatModel) -> None:
    class Counter(BaseCallbackHandler):
        tokens = 0

        def on_llm_new_token(self, *_: object, **__: object) -> None:
            self.tokens += 1

    counter = Counter()
    list(thinker.stream("Hi", {"callbacks": [counter]}, temperature=0))
    assert counter.tokens >= 5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temperature": -1}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"thinking_budget": -1}, "thinking_budget"),
        ({"top_p": 1.5}, "top_p"),
        ({"temprature": 1}, "temprature"),
        ({"json_schema": {"type": "nonsense"}}, "this is no JSON schema: type"),
        ({"json_schema": {"$ref": "elsewhere.json"}}, "elsewhere.json leads nowhere"),
        ({"tools": [READ], "tool_choice": "write"}, "'write' is not among the tools"),
    ],
)
def test_an_option_that_cannot_be_is_named(
    thinker: LocalChatModel, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(GenerationError, match=message):
        thinker.invoke("Hi", **options)
    assert thinker.invoke("Hi", temperature=0, thinking=False).text == "Hello world"


def test_smollm2_answers_and_says_the_same_twice(smol: LocalChatModel) -> None:
    question = [
        # Its likeliest tokens lead by more than rounding in a fuller batch takes from them.
        HumanMessage("What is the capital of France?"),
    ]
    first = smol.invoke(question, temperature=0, max_tokens=20)
    assert "Paris" in first.text
    again = smol.invoke(question, temperature=0, max_tokens=20)
    assert again.text == first.text
    assert again.usage_metadata is not None
    assert again.usage_metadata["input_token_details"]["cache_read"] > 10
    assert first.response_metadata["thinking"] is None


def test_smollm2_is_held_to_a_schema(smol: LocalChatModel) -> None:
    review = smol.with_structured_output(Review).invoke(
        "Review this: the soup was cold.", temperature=0, max_tokens=80
    )
    assert isinstance(review, Review)
    as_dict = smol.with_structured_output(Review.model_json_schema()).invoke(
        "Review this: the soup was cold.", temperature=0, max_tokens=80
    )
    assert Review.model_validate(as_dict)  # rounding may change a word of a prompt read before


def test_an_answer_that_was_cut_is_no_answer(smol: LocalChatModel) -> None:
    held = smol.with_structured_output(Review, include_raw=True, max_tokens=3, temperature=0)
    result = held.invoke("Review the soup.")
    assert isinstance(result, dict)
    assert isinstance(result["parsing_error"], OutputParserException)
    assert "cut at max_tokens" in str(result["parsing_error"])
    assert result["parsed"] is None
    assert result["raw"].response_metadata["finish"] == "length"


@pytest.mark.parametrize(("choice", "names"), [("any", {"read", "list"}), ("list", {"list"})])
def test_a_tool_that_must_be_called_is_called(
    smol: LocalChatModel, choice: str, names: set[str]
) -> None:
    bound = smol.bind_tools([READ, LIST], tool_choice=choice)
    message = bound.invoke("Show me README.md", temperature=0, max_tokens=60)
    (call,) = message.tool_calls
    assert call["name"] in names
    assert message.text == ""
    assert message.response_metadata["finish"] == "tool_calls"


def test_a_call_that_max_tokens_cut_is_reported_and_not_mended(smol: LocalChatModel) -> None:
    bound = smol.bind_tools([READ], tool_choice="read")
    message = bound.invoke("Show me README.md", temperature=0, max_tokens=12)
    (invalid,) = message.invalid_tool_calls
    assert message.tool_calls == []
    assert message.text == ""
    assert invalid["error"] is not None
    assert '"name"' in (invalid["args"] or "")
    assert message.response_metadata["finish"] == "length"
    whole = AIMessageChunk(content=[])
    for chunk in bound.stream("Show me README.md", temperature=0, max_tokens=12):
        assert isinstance(chunk, AIMessageChunk)
        whole = whole + chunk
    assert (whole.tool_calls, len(whole.invalid_tool_calls)) == ([], 1)


def test_tools_that_may_not_be_called_stand_in_the_prompt_and_are_not_called(
    smol: LocalChatModel,
) -> None:
    """So that the last step of a conversation begins with all that is computed already."""
    asked = [HumanMessage("Show me README.md")]
    offered = smol.prompt_tokens(asked, tools=[READ])
    assert smol.prompt_tokens(asked, tools=[READ], tool_choice="none") == offered
    bound = smol.bind_tools([READ], tool_choice="none")
    message = bound.invoke("Show me README.md", temperature=0, max_tokens=24)
    assert (message.tool_calls, message.invalid_tool_calls) == ([], [])
    assert "<tool_call>" not in message.text


def test_tools_that_are_not_told_cost_no_prompt(
    smol: LocalChatModel,
) -> None:
    asked = [HumanMessage("Show me README.md")]
    assert smol.prompt_tokens(asked, tools=[READ], tools_told=False) == smol.prompt_tokens(asked)


def test_stop_is_no_part_of_the_answer(smol: LocalChatModel) -> None:
    message = smol.invoke("What is the capital of France?", stop=["Paris"], temperature=0)
    assert message.text == "The capital of France is "


async def test_leaving_a_stream_frees_the_engine(smol: LocalChatModel) -> None:
    async def first_chunk() -> AIMessage:
        async for chunk in smol.astream("Tell me a long story", temperature=0):
            return chunk
        raise AssertionError("no chunk")

    await asyncio.wait_for(first_chunk(), 20)
    answer = await asyncio.wait_for(smol.ainvoke("Say hi", temperature=0, max_tokens=3), 20)
    assert answer.text


def test_a_model_says_how_busy_it_is(smol: LocalChatModel) -> None:
    stream = smol.stream("Tell me a long story", temperature=0)
    assert isinstance(stream, Generator)
    next(stream)
    assert smol.load.memory > 0
    stream.close()
    smol.invoke("Say hi", max_tokens=1)
    assert smol.load == Load(waiting=0, memory=0)


async def test_eight_calls_at_once(smol: LocalChatModel) -> None:
    calls = [smol.ainvoke(f"Count from {n}", temperature=0, max_tokens=4) for n in range(8)]
    answers = await asyncio.gather(*calls)
    assert answers[3].text == (await smol.ainvoke("Count from 3", temperature=0, max_tokens=4)).text


def test_json_is_valid_whatever_the_seed(smol: LocalChatModel) -> None:
    schema = Review.model_json_schema()
    for seed in range(3):
        message = smol.invoke(
            "Review.", json_schema=schema, seed=seed, temperature=1.5, max_tokens=120
        )
        assert Review.model_validate(json.loads(message.text))


@pytest.mark.parametrize("thinking", [True, False])
async def test_answer_tokens_bound_the_answer_whether_or_not_the_model_can_think(
    thinking: bool, smol: LocalChatModel
) -> None:
    answer = await smol.ainvoke(
        "Count to a thousand.", answer_tokens=5, thinking=thinking, thinking_budget=100
    )
    assert answer.response_metadata["usage"]["answer_tokens"] == 5


def test_stable_turns_stay_as_they_were_while_a_conversation_grows(thinker: LocalChatModel) -> None:
    thought = {"type": "reasoning", "reasoning": "Hm."}
    step = AIMessage(
        [thought, {"type": "text", "text": "I look."}],
        tool_calls=[{"name": "read", "args": {}, "id": "1"}],
    )
    begun = [HumanMessage("Hi"), step, ToolMessage("text", tool_call_id="1")]
    grown = [*begun, AIMessage("Found."), HumanMessage("Answer now.")]
    kept = {}
    for stable in (True, False):
        first = thinker.prompt_tokens(begun, thinking=True, stable=stable)
        later = thinker.prompt_tokens(grown, thinking=True, stable=stable)
        kept[stable] = sum(takewhile(bool, (a == b for a, b in zip(first, later, strict=False))))
        if stable:
            assert len(first) - kept[stable] <= 3, "all but the opening of the next answer"
    assert kept[False] < kept[True] // 2
