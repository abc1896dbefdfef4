"""A JSON schema that an answer is held to, as GBNF; tool calls have theirs in `calls/`."""

from __future__ import annotations

import json
import math
import re
from functools import lru_cache
from typing import Any

from models import ranges
from models import schema as schemas
from models.errors import GenerationError

_CANNOT = (AssertionError, AttributeError, KeyError, RecursionError, TypeError, ValueError)
"""How llama-cpp-python's converter says that it does not know a schema."""


_LARGEST = {"maxLength": 500, "maxItems": 100, "minLength": 500, "minItems": 100}
"""Bounds that a grammar can count to; llama.cpp refuses grammars that repeat much more."""

_WHOLE = re.compile(r"\^.*\$", re.DOTALL)
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_MARK = re.compile(r'"\\"@(integer|number):(-?\d*):(-?\d*)@\\""')
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BROKEN = re.compile(r'["\\\x00-\x1f]')
_TEXT = re.compile(r'"\\"@text:([0-9a-f]*)@\\""')
_NO_CONTROLS = ('[^"\\\\] |', '[^"\\\\\\x00-\\x1F] |')
"""The converter lets a text hold line ends and other controls, which JSON forbids there."""


def schema_grammar(schema: dict[str, Any]) -> str:  # Any: a JSON schema
    """GBNF of the answers that fit `schema`; larger bounds than it can count to are left out."""
    return _gbnf(json.dumps(schema))


def literal(text: str) -> str:
    """GBNF of `text` and nothing else."""
    return '"' + "".join(_ESCAPES.get(character, character) for character in text) + '"'


def _rooted(schema: dict[str, Any]) -> dict[str, Any]:  # Any: a JSON schema
    """The schema without a reference at its root, behind which the converter finds no others: so
    pydantic writes a model that holds itself."""
    seen: set[str] = set()
    while (reference := schema.get("$ref")) is not None:
        if reference in seen:
            raise GenerationError(
                f"nothing fits this JSON schema: its root: $ref {reference} leads back to itself",
                "correct the schema that the answer is held to",
            )
        seen.add(reference)
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**rest, **schemas.referred(reference, schema)}
    return schema


def _holdable(schema: Any) -> Any:  # Any: a part of a JSON schema
    """The schema in words that llama-cpp-python's converter knows; what it cannot hold is left out
    (and checked after, by `structured`): large bounds, patterns that may begin or end anywhere."""
    if isinstance(schema, list):
        return [_holdable(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "enum" in schema or "const" in schema:
        return {k: _quoted(v) for k, v in schema.items() if k in ("enum", "const")}
    kinds = schema.get("type")
    if isinstance(kinds, list):
        return {"anyOf": [_holdable({**schema, "type": kind}) for kind in kinds]}
    if kinds in ("integer", "number") and (number := _range(schema)):
        return {"const": number}
    return {
        key: {name: _holdable(part) for name, part in value.items()}
        if key in schemas.NAMED and isinstance(value, dict)
        else _holdable(value)
        for key, value in schema.items()
        if not (isinstance(value, int) and value > _LARGEST.get(key, value))
        and not (key == "pattern" and isinstance(value, str) and not _WHOLE.fullmatch(value))
    }


def _quoted(value: Any) -> Any:  # Any: JSON
    """Marks for texts that the converter would write as a broken literal."""
    if isinstance(value, list):
        return [_quoted(item) for item in value]
    broken = isinstance(value, str) and _BROKEN.search(value)
    return f"@text:{value.encode().hex()}@" if broken else value


def _unmarked(mark: re.Match[str]) -> str:
    return literal(json.dumps(bytes.fromhex(mark[1]).decode(), ensure_ascii=False))


def _range(schema: dict[str, Any]) -> str | None:
    """A mark for a number with bounds, which `_ranged` turns into its digits."""
    bounds = {key: schema[key] for key in _BOUNDS if _is_number(schema.get(key))}
    whole = schema["type"] == "integer"
    if not bounds or not (whole or all(bound == int(bound) for bound in bounds.values())):
        return None
    lows = [math.ceil(bounds["minimum"])] if "minimum" in bounds else []
    highs = [math.floor(bounds["maximum"])] if "maximum" in bounds else []
    if not whole and len(bounds) > len(lows) + len(highs):
        return None  # just above a bound there is no first number with decimals
    if "exclusiveMinimum" in bounds:
        lows.append(math.floor(bounds["exclusiveMinimum"]) + 1)
    if "exclusiveMaximum" in bounds:
        highs.append(math.ceil(bounds["exclusiveMaximum"]) - 1)
    low, high = max(lows, default=None), min(highs, default=None)
    if low is not None and high is not None and low > high:
        return None
    return f"@{schema['type']}:{'' if low is None else low}:{'' if high is None else high}@"


def _ranged(gbnf: str) -> str:
    def digits(mark: re.Match[str]) -> str:
        kind, low, high = mark.groups()
        make = ranges.integers if kind == "integer" else ranges.numbers
        return f"({make(int(low) if low else None, int(high) if high else None)}) space"

    return _MARK.sub(digits, gbnf)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@lru_cache(maxsize=64)
def _gbnf(schema: str) -> str:
    given = json.loads(schema)
    schemas.check(given)
    from models.llama import gbnf_of  # who only reads a file's header needs no llama.cpp

    try:
        gbnf = gbnf_of(json.dumps(_holdable(_rooted(given))))
    except _CANNOT as error:
        raise GenerationError(
            f"no grammar can hold this schema: {error or type(error).__name__}",
            "use fewer or simpler keywords in the schema",
        ) from error
    return _TEXT.sub(_unmarked, _ranged(gbnf)).replace(*_NO_CONTROLS)
