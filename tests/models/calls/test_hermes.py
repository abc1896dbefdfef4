"""Calls in JSON: as they should be, damaged, and cut."""

import json

import pytest

from models.calls import HERMES
from models.pieces import AnswerText, InvalidToolCall, Piece, ToolCall
from tests.models.calls.events import events, joined

CALL = ToolCall("f", {"a": 1})


def _closed(raw: str) -> list[Piece]:
    return events(HERMES, ["<tool_call>\n", raw, "\n</tool_call>"])


@pytest.mark.parametrize(
    "raw",
    [
        '{"arguments": {"a": 1}, "name": "f"}',
        '{"name": "f", "arguments": "{\\"a\\": 1}"}',
        '{"name": "f", "parameters": {"a": 1}}',
        '[{"name": "f", "arguments": {"a": 1}}]',
        '{"type": "function", "function": {"name": "f", "arguments": {"a": 1}}}',
        '{"id": "1", "type": "function", "name": "f", "arguments": {"a": 1}}',
        '```json\n{"name": "f", "arguments": {"a": 1}}\n```',
        'Now I call it: {"name": "f", "arguments": {"a": 1}} and wait.',
        '{"name": "f", "arguments": {"a": 1,},}',
        "{'name': 'f', 'arguments': {'a': 1}}",
        '{name: "f", arguments: {a: 1}}',
        '{{"name": "f", "arguments": {"a": 1}}}',
        '{"name": "f", "arguments": {"a": 1}}}}',
        '{"name": "f", "arguments": {"a": 1}',
        '{"name": "f", "arguments": {"a": 1',
        '{\\"name\\": \\"f\\", \\"arguments\\": {\\"a\\": 1}}',
        "<function=f>\n<parameter=a>\n[1]\n</parameter>\n</function>",
        '<tool_call>\n{"name": "f", "arguments": {"a": 1}}',
    ],
)
def test_what_is_certain_is_read(raw: str) -> None:
    (call,) = _closed(raw)
    assert call in (CALL, ToolCall("f", {"a": [1]}))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('"It\\\'s"', "It's"),
        ('"\\d+ \\$HOME"', "\\d+ \\$HOME"),
        ('"one\ntwo\tthree"', "one\ntwo\tthree"),
        ("'say \"hi\"'", 'say "hi"'),
        ("[True, False, None]", [True, False, None]),
        ('"\\ud83d\\ude00 é",', "😀 é"),
        ('"<tool_call> and </tool_call>"', "<tool_call> and </tool_call>"),
        ('"\\"</tool_call>\\""', '"</tool_call>"'),
        ('{"b": [{"c": null}]}', {"b": [{"c": None}]}),
    ],
)
def test_a_value_is_read_as_it_was_meant(written: str, value: object) -> None:
    assert _closed(f'{{"name": "f", "arguments": {{"a": {written}}}}}') == [
        ToolCall("f", {"a": value})
    ]


@pytest.mark.parametrize("arguments", ["null", '""', "{}"])
def test_no_arguments_are_none(arguments: str) -> None:
    assert _closed(f'{{"name": "f", "arguments": {arguments}}}') == [ToolCall("f", {})]


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("I call f.", "not JSON"),
        ('{"name": "f", "arguments": {"a": "say "hi""}}', "at 'hi"),
        ('{"name": "f", "arguments": {"a": "1}}', "not JSON"),
        ('{"name": "f", "arguments": {"a": 1}} {"name"', "not JSON"),
        ("[1]", 'not an object with a "name"'),
        ("[]", "an empty list"),
        ('{"arguments": {}}', 'not an object with a "name"'),
        ('{"name": "f", "a": 1}', '"a" belongs into "arguments"'),
        ('{"name": "f", "arguments": [1]}', '"arguments" is not an object'),
        ('{"name": "f", "arguments": "{"}', '"arguments" is not JSON'),
        ('{"name": "f", "arguments": {"a": "\\ud83d"}}', "half a character"),
        ('{"name": "f", "arguments": ' + '{"a": ' * 5000, "not JSON"),
    ],
)
def test_what_cannot_be_read_is_kept_and_is_no_text(raw: str, error: str) -> None:
    for close in ("</tool_call>", ""):
        (event,) = events(HERMES, ["<tool_call>", raw, close])
        assert isinstance(event, InvalidToolCall)
        assert event.raw == raw
        assert error in event.error


@pytest.mark.parametrize("size", range(len('{"name": "f", "arguments": {"a": "one"}}')))
def test_a_call_that_the_end_cuts_is_reported_and_not_mended(size: int) -> None:
    cut = '{"name": "f", "arguments": {"a": "one"}}'[:size]
    (event,) = events(HERMES, ["<tool_call>\n", cut])
    assert isinstance(event, InvalidToolCall)
    assert event.raw.strip() == cut.strip()
    assert event.error.startswith("cut off before its end")


def test_a_whole_call_whose_closing_tag_is_missing_is_a_call() -> None:
    assert events(HERMES, ['before <tool_call>{"name": "f", "arguments": {"a": 1}}']) == [
        AnswerText("before"),
        CALL,
    ]


def test_what_follows_a_call_without_its_closing_tag_is_text() -> None:
    raw = '{"name": "f", "arguments": {"a": 1}}'
    assert joined(HERMES, [f"<tool_call>{raw}\nIt said {{x}}."]) == [
        CALL,
        AnswerText("\nIt said {x}."),
    ]


@pytest.mark.parametrize("between", ["\n", "\n</tool_call>\n<tool_call>\n", "\n<tool_call>\n", ","])
def test_several_calls_are_all_read(between: str) -> None:
    two = ['{"name": "f", "arguments": {"a": 1}}', '{"name": "g", "arguments": {}}']
    assert _closed(between.join(two)) == [CALL, ToolCall("g", {})]


def test_of_a_list_each_call_stands_for_itself() -> None:
    good, bad = {"name": "f", "arguments": {"a": 1}}, {"arguments": {"b": 2}}
    call, invalid = _closed(json.dumps([good, bad]))
    assert call == CALL
    assert isinstance(invalid, InvalidToolCall)
    assert json.loads(invalid.raw) == bad


def test_text_between_calls_keeps_its_place() -> None:
    call = '<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call>'
    assert joined(HERMES, [f"First.\n{call}\nThen.\n{call}\nLast."]) == [
        AnswerText("First."),
        CALL,
        AnswerText("\nThen."),
        CALL,
        AnswerText("\nLast."),
    ]


@pytest.mark.parametrize("said", ['\nI "wait".', ' I say "so".'])
def test_a_string_that_never_ends_takes_no_text_and_no_call_with_it(said: str) -> None:
    """The first closing tag ended the call after all."""
    call = '<tool_call>{"name": "f", "arguments": {"a": 1}}</tool_call>'
    invalid, *rest = joined(HERMES, [f'<tool_call>{{"name": "f </tool_call>{said}{call}'])
    assert isinstance(invalid, InvalidToolCall)
    assert invalid.raw == '{"name": "f '
    assert rest == [AnswerText(said), CALL]


def test_a_broken_string_is_reported_as_soon_as_its_line_ends() -> None:
    parser = HERMES.parser(())
    assert list(parser.feed('<tool_call>{"name": "f </tool_call>')) == []
    (invalid,) = parser.feed("\n")
    assert isinstance(invalid, InvalidToolCall)


def test_the_raw_text_of_a_call_is_known() -> None:
    (call,) = _closed('{"name": "f",  "arguments": {"a": 1}}')
    assert isinstance(call, ToolCall)
    assert call.raw == '\n{"name": "f",  "arguments": {"a": 1}}\n'
