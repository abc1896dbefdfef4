"""Calls in XML: as they should be, damaged, and cut."""

from typing import Any

import pytest

from models.calls import XML
from models.pieces import AnswerText, InvalidToolCall, Piece, ToolCall
from tests.models.calls.events import events, joined
from tests.models.calls.writing import function, xml

TYPES: dict[str, Any] = {
    "text": {"type": "string"},
    "count": {"type": "integer"},
    "share": {"type": "number"},
    "deep": {"type": "boolean"},
    "list": {"type": "array"},
    "map": {"$ref": "#/$defs/map"},
    "maybe": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    "either": {"type": ["integer", "string"]},
    "mode": {"enum": ["1", "2"]},
    "level": {"enum": [1, 2]},
    "any": {},
}
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": name,
            "parameters": {
                "type": "object",
                "properties": TYPES,
                "$defs": {"map": {"type": "object"}},
            },
        },
    }
    for name in ("f", "g")
]


def _read(*parts: str) -> list[Piece]:
    return events(XML, parts, TOOLS)


def _one(key: str, value: str) -> Any:
    (call,) = _read(f"<tool_call>\n<function=f>\n<parameter={key}>\n{value}\n</parameter>\n"
                    "</function>\n</tool_call>")  # fmt: skip
    assert isinstance(call, ToolCall)
    return call.args[key]


@pytest.mark.parametrize(
    ("key", "written", "value"),
    [
        ("text", '{"a": 1}', '{"a": 1}'),
        ("text", "5", "5"),
        ("text", "null", "null"),
        ("text", "", ""),
        ("text", "\n  two\n\n", "\n  two\n\n"),
        ("count", "5", 5),
        ("count", " 5 ", 5),
        ("count", "five", "five"),
        ("share", "0.5", 0.5),
        ("deep", "true", True),
        ("deep", "False", False),
        ("list", '["a", 1]', ["a", 1]),
        ("list", "['a', True]", ["a", True]),
        ("list", "[1, 2,]", [1, 2]),
        ("map", "{'a': None}", {"a": None}),
        ("maybe", "null", None),
        ("maybe", "5", "5"),
        ("maybe", '"quoted"', '"quoted"'),
        ("either", "5", 5),
        ("either", "5.5", "5.5"),
        ("mode", "1", "1"),
        ("level", "1", 1),
        ("any", "5", 5),
        ("any", "NaN", "NaN"),
        ("other", "5", "5"),
        ("other", '{"a": 1}', {"a": 1}),
        ("other", "{not json}", "{not json}"),
    ],
)
def test_the_schema_says_what_a_value_is(key: str, written: str, value: object) -> None:
    read = _one(key, written)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    "value",
    [
        "<p>1 < 2</p>\n</div>",
        "a </parameter> b",
        "</parameter>",
        "<parameter=unknown>\nx",
        "in a line: <parameter=count>",
        "</function>\n</tool_call>\n",
        "<tool_call>\n<function=g>\n",
        "<tool_call>\n<function=g>\n</function>\n</tool_call>\n",
        "</parameter>\n\n    </parameter>\n  x",
        "</parameter",
        "if a<b: </func",
    ],
)
def test_a_value_may_hold_tags(value: str) -> None:
    assert _read(xml("f", {"text": value, "count": 1}), "\nDone.") == [
        AnswerText("\nDone."),
        ToolCall("f", {"text": value, "count": 1}),
    ]


def test_a_value_may_hold_the_tag_of_a_parameter_that_was_given() -> None:
    call = ToolCall("f", {"count": 1, "text": "\n<parameter=count>\n\n<parameter=text>\n2"})
    assert _read(xml("f", call.args)) == [call]


@pytest.mark.parametrize(
    "written",
    [
        "<function=f>\n<parameter=text>\nx\n</parameter>\n<parameter=count>\n5\n</parameter>\n"
        "</function>",
        "<function=f>\n<parameter=text>\nx\n<parameter=count>\n5\n</parameter>\n</function>",
        "<function=f>\n<parameter=text>\nx\n</parameter>\n<parameter=count>\n5\n</function>",
        "<function=f>\n<parameter=text>\nx\n</parameter>\n<parameter=count>\n5\n</parameter>\n",
        "<function=f>\n<parameter=text>\nx\n</parameter>\n<parameter=count>\n5\n",
        "<function=f><parameter=text>x</parameter><parameter=count>5</parameter></function>",
        "<function= f ><parameter= text >x</parameter><parameter=count>5</parameter></function>",
        '<function="f"><parameter=count>\n5\n</parameter>\n<parameter=text>x</parameter></function>',
        "Now: <function=f>\n<parameter=text>\nx\n</parameter>\nand\n<parameter=count>\n5\n"
        "</parameter>\nwait\n</function>",
        '{"name": "f", "arguments": {"text": "x", "count": 5}}',
    ],
)
def test_what_is_certain_is_read(written: str) -> None:
    call = ToolCall("f", {"text": "x", "count": 5})
    assert _read(f"<tool_call>\n{written}\n</tool_call>") == [call]
    behind = xml("g", {"text": "y"})
    assert _read(f"<tool_call>\n{written}\n</tool_call>\n{behind}") == [
        call,
        ToolCall("g", {"text": "y"}),
    ]


@pytest.mark.parametrize("name", ["f", "unknown"])
@pytest.mark.parametrize("args", [{"text": "x"}, {}], ids=["one", "none"])
def test_the_opening_tag_may_be_missing(name: str, args: dict[str, Any]) -> None:
    said = f"I look.\n{function(name, args)}\n</tool_call>\nThen"
    for parts in ([said], list(said)):
        assert joined(XML, parts, TOOLS) == [
            AnswerText("I look."),
            ToolCall(name, args),
            AnswerText("\nThen"),
        ]


@pytest.mark.parametrize("between", ["\n", "\n</tool_call>\n<tool_call>\n", "\n<tool_call>\n"])
def test_several_calls_are_all_read(between: str) -> None:
    calls = [ToolCall("f", {"text": "x"}), ToolCall("g", {"count": 1})]
    written = between.join(function(call.name, call.args) for call in calls)
    assert _read(f"<tool_call>\n{written}\n</tool_call>") == calls


def test_a_missing_end_of_a_function_is_recovered() -> None:
    written = xml("f", {"text": "x"}).replace("</function>\n</tool_call>", "")
    assert _read(f"{written}{xml('g', {})}") == [ToolCall("f", {"text": "x"}), ToolCall("g", {})]


def test_a_tag_that_is_only_spoken_of_is_text() -> None:
    said = "A call begins with `<function=NAME>`, as in <function=f> or <func."
    assert _read(said) == [AnswerText(said)]


def test_a_call_that_the_end_cuts_is_reported_and_not_mended() -> None:
    whole = xml("f", {"text": "x", "count": 5})
    for size in range(len("<tool_call>"), whole.index("</function>") + len("</function")):
        (event,) = _read(whole[:size])
        assert isinstance(event, InvalidToolCall)
        assert event.raw.strip() == whole[len("<tool_call>") : size].strip()
        assert "cut off" in event.error
    assert _read(whole[: -len("\n</tool_call>")]) == [ToolCall("f", {"text": "x", "count": 5})]


@pytest.mark.parametrize(
    ("written", "error"),
    [
        ("<function=>\n</function>", "no name"),
        ("<function=f><parameter=text>x</parameter><parameter=text>y</parameter></function>",
         "text is given twice"),
        ("Nothing.", "not JSON"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_kept(written: str, error: str) -> None:
    (event,) = _read(f"<tool_call>{written}</tool_call>")
    assert isinstance(event, InvalidToolCall)
    assert event.raw == written
    assert error in event.error
