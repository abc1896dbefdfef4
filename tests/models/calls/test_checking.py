"""Arguments held against the schema of their tool."""

from typing import Any

import pytest

from models.calls import Checker
from models.pieces import AnswerText, InvalidToolCall, ToolCall

TOOLS: list[dict[str, Any]] = [
    {
        "type": "function",
        "function": {
            "name": "read",
            "parameters": {
                "type": "object",
                "properties": {
                    "path": {"type": "string"},
                    "lines": {"$ref": "#/$defs/lines"},
                    "as": {"enum": ["text", "json"]},
                },
                "required": ["path"],
                "$defs": {
                    "lines": {"type": "array", "items": {"type": "integer"}, "maxItems": 2},
                },
            },
        },
    },
    {"type": "function", "function": {"name": "list"}},
]
CHECKER = Checker(TOOLS)


@pytest.mark.parametrize(
    "call",
    [
        ToolCall("read", {"path": "a"}),
        ToolCall("read", {"path": "a", "lines": [1, 2], "as": "json"}),
        ToolCall("list", {}),
    ],
)
def test_a_call_that_fits_passes(call: ToolCall) -> None:
    assert CHECKER.checked(call) is call


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (ToolCall("write", {}), ["'write'", "the tools are: read, list"]),
        (ToolCall("read", {}), ["'path' is a required property"]),
        (ToolCall("read", {"path": 5}), ["argument path", "5", '{"type": "string"}']),
        (ToolCall("read", {"path": "a", "lines": [1, "x"]}), ["argument lines/1", "integer"]),
        (ToolCall("read", {"path": "a", "as": "xml"}), ["argument as", "'text', 'json'"]),
        (ToolCall("read", {"lines": 5, "as": 5}), ["path", "argument as", "argument lines"]),
    ],
)
def test_what_does_not_fit_is_told_with_what_would(call: ToolCall, said: list[str]) -> None:
    checked = CHECKER.checked(call)
    assert isinstance(checked, InvalidToolCall)
    assert all(part in checked.error for part in said)


def test_what_the_model_wrote_is_kept() -> None:
    for raw, kept in (("<function=write>", "<function=write>"), ("", '"name": "write"')):
        checked = CHECKER.checked(ToolCall("write", {"a": 1}, raw))
        assert isinstance(checked, InvalidToolCall)
        assert kept in checked.raw


def test_only_calls_are_checked() -> None:
    for piece in (AnswerText("write"), InvalidToolCall("{", "not JSON")):
        assert CHECKER.checked(piece) is piece


def test_a_long_schema_is_told_in_part() -> None:
    names = [f"choice number {number}" for number in range(1000)]
    function = {"name": "f", "parameters": {"properties": {"a": {"enum": names}}}}
    checked = Checker([{"function": function}]).checked(ToolCall("f", {"a": "b"}))
    assert isinstance(checked, InvalidToolCall)
    assert len(checked.error) < 1000
