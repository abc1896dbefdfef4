"""Calls held against the schemas of their tools, so that the model learns what was wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from models.calls.format import Function, Tools, functions, parameters
from models.pieces import InvalidToolCall, Piece, ToolCall

_MOST = 3
"""So many faults are told at a time."""
_LONGEST = 200
"""Characters of a value, or of a schema, that are told."""


class Checker:
    """Knows the tools of one call of a model."""

    def __init__(self, tools: Tools) -> None:
        self._functions = functions(tools)

    def checked(self, piece: Piece) -> Piece:
        """`piece`, or an `InvalidToolCall` that says which argument is wrong and what it may be."""
        if not isinstance(piece, ToolCall):
            return piece
        function = self._functions.get(piece.name)
        if function is None:
            known = ", ".join(self._functions) or "none"
            return _invalid(piece, f"no tool is called {piece.name!r}; the tools are: {known}")
        faults = list(_faults(piece.args, function))
        return _invalid(piece, "; ".join(faults[:_MOST])) if faults else piece


def _faults(arguments: dict[str, Any], function: Function) -> Iterator[str]:  # Any: JSON
    from jsonschema import Draft202012Validator  # loads many files: only when needed

    validator = Draft202012Validator(parameters(function))
    for error in validator.iter_errors(arguments):
        place = "/".join(map(str, error.absolute_path))
        if place:
            expected = json.dumps(error.schema, ensure_ascii=False)
            yield f"the argument {place}: {_short(error.message)}; expected is {_short(expected)}"
        else:
            yield f"the arguments: {_short(error.message)}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."


def _invalid(call: ToolCall, error: str) -> InvalidToolCall:
    written = json.dumps({"name": call.name, "arguments": call.args}, ensure_ascii=False)
    return InvalidToolCall(call.raw or written, error)
