"""Tool calls in a stream, however it is cut."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.pieces import AnswerText, InvalidToolCall, Piece, ToolCall
from models.tool_calls import ToolCallParser


def _parsed(pieces: list[str]) -> list[Piece]:
    parser = ToolCallParser()
    out = [event for piece in pieces for event in parser.feed(piece)] + list(parser.close())
    text = "".join(event.text for event in out if isinstance(event, AnswerText))
    return [
        *([AnswerText(text)] if text else []),
        *(e for e in out if not isinstance(e, AnswerText)),
    ]


def _cut(text: str, cuts: list[int]) -> list[str]:
    edges = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    return [text[a:b] for a, b in pairwise(edges)]


_CUTS = st.lists(st.integers(0, 10_000), max_size=40)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
_ARGS = st.dictionaries(st.text(max_size=6), _JSON, max_size=3)
_TEXT = st.text(st.sampled_from('ab <>/{}"\n_t'), max_size=20)


def _written(name: str, args: dict[str, Any]) -> str:
    return "<tool_call>\n" + json.dumps({"name": name, "arguments": args}) + "\n</tool_call>"


def _no_tags(value: str) -> bool:
    return "<tool_call>" not in value and "</tool_call>" not in value


@settings(deadline=None)
@given(_TEXT, st.lists(st.tuples(st.text(min_size=1, max_size=5), _ARGS), max_size=3), _CUTS)
def test_calls_parse_back_in_any_cut(
    text: str, calls: list[tuple[str, dict[str, Any]]], cuts: list[int]
) -> None:
    whole = text + "\n".join(_written(name, args) for name, args in calls)
    events = _parsed(_cut(whole, cuts))
    kept = text.rstrip() if calls else text
    expected: list[Piece] = [AnswerText(kept)] if kept else []
    assert events == [*expected, *(ToolCall(name, args) for name, args in calls)]


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["<tool_call>", "</tool_call>", '{"name": "f"}', "{", "x", "\n"])),
    _CUTS,
)
def test_any_stream_gives_the_events_of_the_whole_text(parts: list[str], cuts: list[int]) -> None:
    whole = "".join(parts)
    assert _parsed(_cut(whole, cuts)) == _parsed([whole])


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        ("{", "not JSON"),
        ('{"name": "f", "arguments": {"a": 1}', "not JSON"),
        ("[1]", 'not an object with a "name"'),
        ('{"arguments": {}}', 'not an object with a "name"'),
        ('{"name": "f", "arguments": [1]}', '"arguments" is not an object'),
        ('{"name": "f", "arguments": "{"}', '"arguments" is not JSON'),
    ],
)
@pytest.mark.parametrize("close", ["</tool_call>", ""])
def test_an_unreadable_call_is_kept_and_is_no_text(raw: str, error: str, close: str) -> None:
    (event,) = _parsed(["<tool_call>", raw, close])
    assert isinstance(event, InvalidToolCall)
    assert event.raw == raw
    assert error in event.error


def test_a_call_whose_end_was_cut_but_which_is_whole_is_a_call() -> None:
    assert _parsed(['before <tool_call>{"name": "f", "arguments": {"a": 1}}']) == [
        AnswerText("before"),
        ToolCall("f", {"a": 1}),
    ]


def test_arguments_written_as_a_string_are_read() -> None:
    assert _parsed(['<tool_call>{"name": "f", "arguments": "{\\"a\\": 1}"}</tool_call>']) == [
        ToolCall("f", {"a": 1})
    ]


def test_text_streams_before_the_call_is_whole() -> None:
    parser = ToolCallParser()
    assert list(parser.feed("I look. <tool")) == [AnswerText("I look.")]
