"""The scripted model: which turn answers which call, and what a turn does."""

import asyncio
import json
import time
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from models import GenerationError, ModelError, ScriptedModel, Turn
from models.turn import ScriptedCall, read_script


def test_a_turn_thinks_answers_and_calls() -> None:
    calls = (ScriptedCall(name="run", args={"command": "pytest"}),)
    model = ScriptedModel([Turn(thinking="one two", text="I run it.", tool_calls=calls)])
    message = model.invoke("test it", label="testing/t1/ask")
    assert [b["type"] for b in message.content_blocks] == ["reasoning", "text", "tool_call"]
    assert message.tool_calls[0]["args"] == {"command": "pytest"}
    assert message.response_metadata["finish"] == "tool_calls"
    assert message.response_metadata["thinking"]["tokens"] == 2


def test_thinking_is_left_out_when_the_call_wants_none() -> None:
    model = ScriptedModel([Turn(role="x", thinking="secret", text="hi")])
    for options in ({"thinking": False}, {"thinking_budget": 0}):
        message = model.invoke("?", label="x", **options)
        assert [b["type"] for b in message.content_blocks] == ["text"]
        assert message.response_metadata["thinking"] is None


def test_a_budget_cuts_scripted_thinking() -> None:
    message = ScriptedModel([Turn(thinking="a b c d", text="x")]).invoke("?", thinking_budget=2)
    assert message.content_blocks[0].get("reasoning") == "a b"
    assert message.response_metadata["thinking"]["closed"] == "budget"


def test_a_role_answers_by_position_so_that_a_resumed_process_gets_the_same_turn() -> None:
    turns = [Turn(role="testing", text="first"), Turn(role="testing", text="second")]
    longer = [HumanMessage("a"), AIMessage("first"), HumanMessage("b")]
    for model in (ScriptedModel(turns), ScriptedModel(turns)):
        assert model.invoke(longer, label="testing/t1").text == "second"
        assert model.invoke("a", label="testing/t2").text == "first"
        assert model.invoke("a", label="testing/t2").text == "first"


def test_the_longest_role_wins_and_only_whole_parts_match() -> None:
    model = ScriptedModel(
        [Turn(role="testing", text="role"), Turn(role="testing/t2", text="task"), Turn(text="any")]
    )
    assert model.invoke("?", label="testing/t1/ask").text == "role"
    assert model.invoke("?", label="testing/t2/ask").text == "task"
    assert model.invoke("?", label="testing/t22").text == "role"
    assert model.invoke("?", label="test").text == "any"


def test_turns_without_a_role_are_used_once_in_order() -> None:
    model = ScriptedModel([Turn(text="one"), Turn(text="two")])
    assert [model.invoke("?", label=label).text for label in ("a", "b")] == ["one", "two"]
    with pytest.raises(GenerationError, match="no turn for 'github/t1' at position 0") as caught:
        model.invoke("?", label="github/t1")
    assert caught.value.hint


def test_running_out_of_a_roles_turns_says_at_which_position() -> None:
    model = ScriptedModel([Turn(role="x", text="one"), Turn(text="not this one")])
    with pytest.raises(GenerationError, match="no turn for 'x' at position 1"):
        model.invoke([HumanMessage("?"), AIMessage("one"), HumanMessage("?")], label="x")


def test_an_error_comes_after_the_text() -> None:
    model = ScriptedModel([Turn(text="half", error="the model broke")])
    chunks = model.stream("?")
    assert next(chunks).text == "half"
    with pytest.raises(GenerationError, match="the model broke"):
        next(chunks)


def test_split_cuts_thinking_and_text() -> None:
    chunks = list(ScriptedModel([Turn(thinking="abcd", text="efgh", split=3)]).stream("?"))
    texts = [chunk.content[0] for chunk in chunks if chunk.content]
    assert [t.get("reasoning", t.get("text")) for t in texts if isinstance(t, dict)] == [
        "abc", "d", "efg", "h",
    ]  # fmt: skip


def test_a_malformed_call_is_invalid_and_not_text() -> None:
    turn = Turn(tool_calls=(ScriptedCall(name="run", args='{"command": '),))
    message = ScriptedModel([turn]).invoke("?")
    assert (message.tool_calls, message.text) == ([], "")
    assert '"run"' in (message.invalid_tool_calls[0]["args"] or "")


async def test_a_delay_can_be_cancelled() -> None:
    began = time.perf_counter()
    model = ScriptedModel([Turn(text="slow", delay=30)])
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(model.ainvoke("?"), 0.05)
    assert time.perf_counter() - began < 5


def test_it_tells_what_it_was_asked() -> None:
    model = ScriptedModel([Turn(text="x")])
    tool = {"type": "function", "function": {"name": "read", "parameters": {"type": "object"}}}
    model.bind_tools([tool]).invoke("hello", label="ci_cd/t1", temperature=0.5, stop=["."])
    (call,) = model.calls
    assert (call.label, call.position, call.messages[0].text) == ("ci_cd/t1", 0, "hello")
    assert call.tools[0]["function"]["name"] == "read"
    assert (call.options.temperature, call.options.stop) == (0.5, (".",))
    assert call.turn is not None


def test_a_script_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "turns.json"
    turns = [{"role": "testing", "tool_calls": [{"name": "run", "args": {"a": 1}}]}, {"text": "x"}]
    path.write_text(json.dumps({"turns": turns}))
    assert read_script(path)[0].tool_calls[0].name == "run"
    assert ScriptedModel.from_file(path).model == f"scripted:{path}"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"turns": [{"text": 1}]}', "turns.0.text"),
        ('{"turns": [{}, {"txt": "a"}]}', "turns.1.txt"),
        ('{"turns": [{"tool_calls": [{"args": {}}]}]}', "turns.0.tool_calls.0.name"),
        ('{"turns": []}', "turns"),
        ('{"turns":\n [}', "line 2"),
        ("", "EOF"),
    ],
)
def test_a_bad_script_says_where_it_is_bad(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "turns.json"
    path.write_text(content)
    with pytest.raises(ModelError) as caught:
        read_script(path)
    assert message in caught.value.message
    assert str(path) in caught.value.message
    assert caught.value.hint


def test_a_script_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="No such file"):
        read_script(tmp_path / "none.json")
