"""What stands in a block of JSON, as calls: an object, a list of them, or several in a row."""

from __future__ import annotations

import json
from typing import Any

from models.calls.mending import mended
from models.pieces import InvalidToolCall, Piece, ToolCall

_ARGUMENTS = ("arguments", "parameters")
_BESIDE = {"name", "type", "id", *_ARGUMENTS}
"""Keys that a call may have; others would be arguments in the wrong place."""


def read(raw: str, *, closed: bool) -> tuple[list[Piece], int]:
    """The calls in `raw`, and how much of it was read. What is no call is an `InvalidToolCall`.

    `closed`: the model wrote the closing tag. Where it did not, nothing is added to what it wrote.
    """
    try:
        values, end = _values(raw, closed=closed)
    except (ValueError, RecursionError) as error:
        cut = "" if closed else "cut off before its end: "
        return [InvalidToolCall(raw, f"{cut}{_fault(error)}")], len(raw)
    listed = [item for value in values for item in (value if isinstance(value, list) else [value])]
    if len(listed) == 1:
        return [_call(listed[0], raw)], end
    if not listed:
        return [InvalidToolCall(raw, "an empty list of calls")], end
    return [_call(item, json.dumps(item, ensure_ascii=False)) for item in listed], end


def _values(raw: str, *, closed: bool) -> tuple[list[Any], int]:  # Any: JSON
    try:
        return [json.loads(raw)], len(raw)
    except json.JSONDecodeError as strict:
        try:
            return mended(raw, closed=closed)
        except ValueError:
            raise strict from None


def _fault(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        near = error.doc[error.pos : error.pos + 20]
        return f"not JSON: {error}" + (f", at {near!r}" if near else "")
    return f"not JSON: {error}"


def _call(value: Any, raw: str) -> Piece:  # Any: JSON
    if isinstance(value, dict) and isinstance(value.get("function"), dict):
        value = value["function"]  # as OpenAI's interface has it
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return InvalidToolCall(raw, 'not an object with a "name"')
    if stray := [key for key in value if key not in _BESIDE]:
        return InvalidToolCall(raw, f'{json.dumps(stray[0])} belongs into "arguments"')
    given = next((value[key] for key in _ARGUMENTS if key in value), None)
    try:
        arguments = _inner(given) if isinstance(given, str) else given
    except (ValueError, RecursionError) as error:
        return InvalidToolCall(raw, f'"arguments" is not JSON: {error}')
    if arguments is not None and not isinstance(arguments, dict):
        return InvalidToolCall(raw, '"arguments" is not an object')
    if not _whole(arguments):
        return InvalidToolCall(raw, "half a character: \\ud800 to \\udfff come in pairs")
    return ToolCall(value["name"], arguments or {}, raw)


def _inner(text: str) -> Any:  # Any: JSON
    """Some models write the arguments as a string that holds JSON."""
    if not text.strip():
        return None
    values, _ = _values(text, closed=True)
    return values[0] if len(values) == 1 else values


def _whole(value: Any) -> bool:  # Any: JSON
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
