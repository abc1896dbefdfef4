"""The chat model as LangChain's callers see it: options, tools, time, traces, serialising."""

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.load import dumpd, dumps, load
from langchain_core.messages import AIMessageChunk, HumanMessage, ToolMessage
from langchain_core.tools import tool

from models import GenerationError, ScriptedModel, Turn
from models.engine import Engine
from models.local import LocalChatModel
from models.turn import ScriptedCall


@tool
def read(path: str) -> str:
    """Read a file."""
    return path


@tool
def find(text: str) -> str:
    """Find a text."""
    return text


class Seen(BaseCallbackHandler):
    """What a tracer hears at the start of a call."""

    def __init__(self) -> None:
        self.metadata: dict[str, Any] = {}
        self.parameters: dict[str, Any] = {}
        self.tokens = 0
        self.errors: list[BaseException] = []

    def on_chat_model_start(self, *_: Any, metadata: Any = None, **kwargs: Any) -> None:
        self.metadata = metadata
        self.parameters = kwargs["invocation_params"]

    def on_llm_new_token(self, *_: Any, **__: Any) -> None:
        self.tokens += 1

    def on_llm_error(self, error: BaseException, **_: Any) -> None:
        self.errors.append(error)


CHOICES: list[tuple[Any, str | None]] = [
    (None, None),
    (False, None),
    ("auto", "auto"),
    ("none", "none"),
    ("any", "any"),
    ("required", "any"),
    (True, "any"),
    ("find", "find"),
    ({"type": "function", "function": {"name": "find"}}, "find"),
    ({"type": "tool", "name": "find"}, "find"),
    ({"type": "any"}, "any"),
]


@pytest.mark.parametrize(("given", "meant"), CHOICES, ids=[str(given) for given, _ in CHOICES])
def test_every_way_to_choose_a_tool_is_understood(given: Any, meant: str | None) -> None:
    model = ScriptedModel(replies={"": Turn(text="yes")})
    model.bind_tools([read, find], tool_choice=given, strict=True).invoke("?")
    (call,) = model.calls
    assert call.options.tool_choice == meant
    assert [tool["function"]["name"] for tool in call.tools] == ["read", "find"]


@pytest.mark.parametrize(
    ("choice", "names"),
    [("required", {"read", "find"}), (True, {"read", "find"}), ({"name": "find"}, {"find"})],
    ids=["required", "True", "by name"],
)
def test_a_choice_holds_random_weights(qwen3: Engine, choice: Any, names: set[str]) -> None:
    model = LocalChatModel(qwen3, model="random", max_tokens=60, thinking=False)
    short = {
        "name": "x",
        "parameters": {
            "type": "object",
            "properties": {"a": {"type": "boolean"}},
            "required": ["a"],
        },
    }
    tools = [{"type": "function", "function": {**short, "name": name}} for name in ("read", "find")]
    message = model.bind_tools(tools, tool_choice=choice).invoke("Which?")
    (call,) = message.tool_calls
    assert call["name"] in names
    assert isinstance(call["args"]["a"], bool)


@pytest.mark.parametrize("version", ["v0", "v1"])
def test_parallel_calls_stay_apart_whole_and_streamed(version: str) -> None:
    calls = tuple(ScriptedCall(name="read", args={"path": path}) for path in ("a.py", "b.py"))
    turn = Turn(thinking="Two files.", text="I read both.", tool_calls=calls, split=4)
    model = ScriptedModel(replies={"": turn}, output_version=version)
    whole = AIMessageChunk(content=[])
    for chunk in model.bind_tools([read]).stream("Compare them."):
        assert isinstance(chunk, AIMessageChunk)
        whole = whole + chunk
    for message in (whole, model.bind_tools([read]).invoke("Compare them.")):
        assert [call["args"]["path"] for call in message.tool_calls] == ["a.py", "b.py"]
        assert len({call["id"] for call in message.tool_calls}) == 2
        blocks = message.content_blocks
        assert [block["type"] for block in blocks] == ["reasoning", "text"] + ["tool_call"] * 2
        assert blocks[0].get("reasoning") == "Two files."
        assert message.text == "I read both."


def test_calls_go_back_with_their_results() -> None:
    replies = {"": Turn(tool_calls=(ScriptedCall(name="read", args={"path": "a"}),))}
    model = ScriptedModel(replies={**replies, "12 lines": Turn(text="It has 12 lines.")})
    asked = [HumanMessage("How long is a?")]
    call = model.bind_tools([read]).invoke(asked)
    result = ToolMessage("12 lines", tool_call_id=call.tool_calls[0]["id"] or "")
    assert model.invoke([*asked, call, result]).text == "It has 12 lines."


def test_the_options_of_a_model_hold_for_calls_that_bring_none() -> None:
    model = ScriptedModel(
        replies={"": Turn(text="a b c")}, temperature=0.5, max_tokens=9, stop=["b"], thinking=False
    )
    assert model.invoke("?").text == "a "
    assert model.invoke("?", stop=["c"], temperature=0).text == "a b "
    first, second = (call.options for call in model.calls)
    assert (first.temperature, first.max_tokens, first.thinking) == (0.5, 9, False)
    assert (second.temperature, second.max_tokens, second.stop) == (0, 9, ("c",))


@pytest.mark.parametrize("wrong", [{"temperature": -1}, {"timeout": 0}, {"max_tokens": 0}])
def test_an_option_that_cannot_be_is_refused_when_the_model_is_made(wrong: dict[str, Any]) -> None:
    with pytest.raises(GenerationError, match=f"model option {next(iter(wrong))}"):
        ScriptedModel(**wrong)


def test_a_timeout_ends_the_call_and_says_how_far_it_came() -> None:
    model = ScriptedModel(replies={"": Turn(text="one two three four", split=4, delay=0.1)})
    seen, began = Seen(), time.perf_counter()
    with pytest.raises(
        GenerationError, match=r"timeout of 0\.25 s; [12] tokens had come"
    ) as caught:
        model.invoke("?", {"callbacks": [seen]}, timeout=0.25)
    assert time.perf_counter() - began < 5
    assert caught.value.hint
    assert seen.errors == [caught.value]


async def test_a_timeout_ends_a_stream_between_its_pieces() -> None:
    model = ScriptedModel(replies={"": Turn(text="one two", split=4, delay=0.2)}, timeout=0.3)
    chunks = model.astream("?")
    assert (await anext(chunks)).text == "one "
    with pytest.raises(GenerationError, match="1 tokens had come"):
        await anext(chunks)


def test_a_call_in_time_leaves_no_thread_that_waits() -> None:
    model = ScriptedModel(replies={"": Turn(text="one two", split=4)}, timeout=60)
    assert model.invoke("?").text == "one two"
    for timer in (one for one in threading.enumerate() if isinstance(one, threading.Timer)):
        timer.join(5)
        assert not timer.is_alive()


HOWS: dict[str, Callable[[LocalChatModel], Awaitable[Any]]] = {
    "invoke": lambda model: asyncio.to_thread(model.invoke, "Go on."),
    "ainvoke": lambda model: model.ainvoke("Go on."),
}


@pytest.mark.parametrize("how", HOWS)
async def test_a_timeout_frees_the_engine(qwen3: Engine, how: str) -> None:
    model = LocalChatModel(qwen3, model="random", thinking=False, timeout=0.2)
    with pytest.raises(GenerationError, match=r"longer than its timeout of 0\.2 s; \d+ tokens"):
        await HOWS[how](model)
    after = LocalChatModel(qwen3, model="random", thinking=False, max_tokens=2)
    assert (await after.ainvoke("Hi")).usage_metadata is not None
    assert qwen3.metrics().running == 0


async def test_a_cancelled_task_ends_its_call(qwen3: Engine) -> None:
    model = LocalChatModel(qwen3, model="random", thinking=False)
    task = asyncio.create_task(model.ainvoke("Go on."))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await model.ainvoke("Hi", max_tokens=2)).usage_metadata is not None
    assert qwen3.metrics().running == 0


async def test_a_seed_repeats_an_answer_in_any_company(qwen3: Engine) -> None:
    model = LocalChatModel(qwen3, model="random", thinking=False, max_tokens=8, temperature=1.0)
    alone = (await model.ainvoke("Hi", seed=5)).text
    together = await model.abatch(["Hi", "Ho", "Hi"], seed=5)
    assert (together[0].text, together[2].text) == (alone, alone)
    assert (await model.ainvoke("Hi", seed=6)).text != alone


def test_usage_counts_thinking_and_what_was_cached(thinker: LocalChatModel) -> None:
    first = thinker.invoke("Say it twice", temperature=0)
    usage = thinker.invoke("Say it twice", temperature=0).usage_metadata
    assert usage is not None
    assert usage["output_token_details"]["reasoning"] == 3
    assert usage["output_tokens"] == 5
    assert usage["total_tokens"] == usage["input_tokens"] + 5
    assert usage["input_tokens"] > usage["input_token_details"]["cache_read"] > 0
    assert first.usage_metadata is not None
    assert first.usage_metadata["input_tokens"] == usage["input_tokens"]


async def test_a_batch_is_answered_in_order() -> None:
    replies = {
        str(number): Turn(text=f"{number}!", delay=0.01 * (3 - number)) for number in range(3)
    }
    model = ScriptedModel(replies=replies)
    assert [answer.text for answer in model.batch(["0", "1", "2"])] == ["0!", "1!", "2!"]
    assert [answer.text for answer in await model.abatch(["2", "1"])] == ["2!", "1!"]


def test_a_tracer_hears_what_was_asked_of_which_model() -> None:
    model = ScriptedModel(replies={"": Turn(text="hi", split=1)}, model="m", max_tokens=7)
    seen = Seen()
    list(model.stream("?", {"callbacks": [seen]}, temperature=0.5, stop=["x"]))
    told = {name: value for name, value in seen.metadata.items() if name.startswith("ls_")}
    assert told == {
        "ls_provider": "cadre",
        "ls_model_type": "chat",
        "ls_model_name": "m",
        "ls_temperature": 0.5,
        "ls_max_tokens": 7,
        "ls_stop": ["x"],
        "ls_integration": told.get("ls_integration"),
    }
    assert (seen.parameters["model"], seen.parameters["max_tokens"]) == ("m", 7)
    assert seen.tokens >= 2
    assert ScriptedModel(stop=["y"])._get_ls_params()["ls_stop"] == ["y"]


@pytest.mark.filterwarnings("ignore:The function `load` is in beta")
def test_a_scripted_model_is_written_down_and_read_again() -> None:
    model = ScriptedModel(
        [Turn(role="x", text="of x", tool_calls=(ScriptedCall(name="read", args={"path": "a"}),))],
        replies={"joke": Turn(text="ha", delay=0.001)},
        temperature=0.5,
        stop=["."],
    )
    written = json.loads(dumps(model))
    again = load(written, allowed_objects=[ScriptedModel], valid_namespaces=["models"])
    assert isinstance(again, ScriptedModel)
    assert (again.turns, again.replies, again.temperature) == (model.turns, model.replies, 0.5)
    assert again.invoke("a joke").text == "ha"
    assert dumpd(again) == dumpd(model)


def test_the_identity_of_a_model_holds_what_changes_its_answers() -> None:
    """LangChain's caches go by it."""
    one, two = ScriptedModel(model="m", seed=1), ScriptedModel(model="m", seed=2)
    assert one._identifying_params == {"model": "m", "seed": 1}
    assert one._identifying_params != two._identifying_params
