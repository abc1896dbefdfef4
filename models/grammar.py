"""What an answer is held to, as GBNF: a JSON schema, or a tool call that must be made."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from models import schema as schemas
from models.errors import GenerationError
from models.llama import gbnf_of

_CANNOT = (AssertionError, AttributeError, KeyError, RecursionError, TypeError, ValueError)
"""How llama-cpp-python's converter says that it does not know a schema."""


CALL = "<tool_call>"
"""With this a call begins."""

_LARGEST = {"maxLength": 500, "maxItems": 100, "minLength": 500, "minItems": 100}
"""Bounds that a grammar can count to; llama.cpp refuses grammars that repeat much more."""


def schema_grammar(schema: dict[str, Any]) -> str:  # Any: a JSON schema
    """GBNF of the answers that fit `schema`; larger bounds than it can count to are left out."""
    return _gbnf(json.dumps(schema))


def call_grammar(
    tools: Sequence[dict[str, Any]],  # Any: JSON schemas
    name: str | None,
    *,
    later: bool = False,
) -> str:
    """GBNF of one call of the tool `name`, or of any of `tools`.

    `later`: the call does not begin the answer, so that the token which begins it may bring a space
    or a line end along.
    """
    functions = [tool["function"] for tool in tools if name in (None, tool["function"]["name"])]
    if not functions:
        known = ", ".join(tool["function"]["name"] for tool in tools) or "none"
        raise GenerationError(f"tool_choice {name!r} is not among the tools", f"known: {known}")
    call = schema_grammar({"anyOf": [_call_schema(function) for function in functions]})
    held = ("\n" + call).replace("\nroot ::= ", "\nheld-call ::= ")
    before = "[ \\n]* " if later else ""
    return f'{held}\nroot ::= {before}"{CALL}\\n" held-call "\\n</tool_call>"'


def _call_schema(function: dict[str, Any]) -> dict[str, Any]:
    arguments = function.get("parameters") or {"type": "object", "properties": {}}
    return {
        "type": "object",
        "properties": {"name": {"const": function["name"]}, "arguments": arguments},
        "required": ["name", "arguments"],
    }


def _countable(schema: Any) -> Any:  # Any: a part of a JSON schema
    if isinstance(schema, list):
        return [_countable(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        key: value
        for key, value in schema.items()
        if not isinstance(value, int) or value <= _LARGEST.get(key, value)
    }
    return {key: _countable(value) for key, value in kept.items()}


@lru_cache(maxsize=64)
def _gbnf(schema: str) -> str:
    given = json.loads(schema)
    schemas.check(given)
    try:
        return gbnf_of(json.dumps(_countable(given)))
    except _CANNOT as error:
        raise GenerationError(
            f"no grammar can hold this schema: {error or type(error).__name__}",
            "use fewer or simpler keywords in the schema",
        ) from error
