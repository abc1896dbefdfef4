"""Any text in any cut gives the events of the whole text, in both formats."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.calls import HERMES, XML, CallFormat, Tools
from models.pieces import AnswerText, Piece, ToolCall
from tests.models.calls.events import FORMATS, cut, events, joined
from tests.models.calls.writing import hermes, xml

TOOLS: Tools = [
    {
        "type": "function",
        "function": {
            "name": "f",
            "parameters": {
                "type": "object",
                "properties": {"a": {"type": "string"}, "b": {"type": "integer"}, "c": {}},
            },
        },
    }
]
CUTS = st.lists(st.integers(0, 10_000), max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
ARGS = st.dictionaries(st.text(max_size=6), JSON, max_size=3)
TEXT = st.text(st.sampled_from('ab <>/{}"\n_t'), max_size=20)
NAME = st.text(st.sampled_from("abf_.-"), min_size=1, max_size=5)
VALUE = st.lists(
    st.sampled_from(
        ["</parameter>", "<parameter>", "</function>", "<b>", "<", "\n", "x", "{", '"', "é", "5"]
    ),
    max_size=6,
).map("".join)
PARTS = st.lists(
    st.sampled_from(
        [
            "<tool_call>", "</tool_call>", "<function=f>", "<function=g>", "</function>",
            "<parameter=a>", "<parameter=b>", "</parameter>", '{"name": "f"}', '"arguments": ',
            "{", "}", "[", "]", '"', "\\", "'", "<", "<fun", "\n", " ", "x", "1", ",", "é", "```",
            '{"name": "f", "arguments": {"a": "</tool_call>', '"}}',
        ]
    ),
    max_size=30,
)  # fmt: skip


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
@pytest.mark.parametrize("tools", [(), TOOLS], ids=["unknown", "known"])
@settings(deadline=None, max_examples=200)
@given(PARTS, CUTS)
def test_any_stream_gives_the_events_of_the_whole(
    form: CallFormat, tools: Tools, parts: list[str], cuts: list[int]
) -> None:
    text = "".join(parts)
    whole = joined(form, [text], tools)
    assert joined(form, cut(text, cuts), tools) == whole
    assert joined(form, list(text), tools) == whole


@settings(deadline=None)
@given(TEXT, st.lists(st.tuples(st.text(min_size=1, max_size=5), ARGS), max_size=3), CUTS)
def test_calls_in_json_read_back(
    text: str, calls: list[tuple[str, dict[str, Any]]], cuts: list[int]
) -> None:
    whole = text + "\n".join(hermes(name, args) for name, args in calls)
    assert events(HERMES, cut(whole, cuts)) == _expected(text, calls)


@settings(deadline=None)
@given(TEXT, st.lists(st.tuples(NAME, st.dictionaries(NAME, VALUE, max_size=3)), max_size=3), CUTS)
def test_calls_in_xml_read_back_with_tags_in_their_values(
    text: str, calls: list[tuple[str, dict[str, Any]]], cuts: list[int]
) -> None:
    """Whatever they hold, but the end of a parameter and of its function in a row."""
    calls = [(name, {k: v for k, v in args.items() if _readable(v)}) for name, args in calls]
    calls = [(f"{at}{name}", args) for at, (name, args) in enumerate(calls)]
    tools = [_texts(name, args) for name, args in calls]
    whole = text + "\n".join(xml(name, args) for name, args in calls)
    assert events(XML, cut(whole, cuts), tools) == _expected(text, calls)


def _texts(name: str, args: dict[str, Any]) -> dict[str, Any]:
    properties = {key: {"type": "string"} for key in args}
    return {"function": {"name": name, "parameters": {"properties": properties}}}


def _readable(value: str) -> bool:
    return "</parameter></function>" not in "".join(value.split())


def _expected(text: str, calls: list[tuple[str, dict[str, Any]]]) -> list[Piece]:
    kept = text.rstrip() if calls else text
    return [*([AnswerText(kept)] if kept else []), *(ToolCall(*call) for call in calls)]


def test_text_streams_before_the_call_is_whole() -> None:
    for form in FORMATS:
        parser = form.parser(())
        assert list(parser.feed("I look. <tool")) == [AnswerText("I look.")]
