"""Text between tags as the value that its schema means."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from models.calls.mending import mended_value
from models.schema import referred

_ANY = frozenset({"string", "number", "integer", "boolean", "null", "object", "array"})
_NAMES = {str: "string", float: "number", int: "integer", bool: "boolean", type(None): "null"}
_NAMES |= {dict: "object", list: "array"}
_PYTHON = {"True": True, "False": False, "None": None}
_NOTHING = object()


def typed(text: str, schema: Any, root: dict[str, Any]) -> Any:  # Any: JSON schemas, JSON
    """`text` as a value of `schema`, a part of `root`: as it stands where that is a string, else as
    JSON or as Python's literals, and what is neither as text. `schema` None: not known."""
    if schema is None:
        value = _literal(text)
        return value if isinstance(value, dict | list) else text
    kinds = kinds_of(schema, root)
    value = _NOTHING if kinds == {"string"} else _literal(text)
    if value is _NOTHING or isinstance(value, str):
        return text
    return value if "string" not in kinds or _kind(value, kinds) in kinds else text


def kinds_of(schema: Any, root: dict[str, Any], depth: int = 0) -> frozenset[str]:  # Any: as above
    """The types that a value of `schema` may have."""
    if not isinstance(schema, dict) or depth > 20:
        return _ANY
    if "$ref" in schema:
        try:
            return kinds_of(referred(str(schema["$ref"]), root), root, depth + 1)
        except LookupError:
            return _ANY
    if "type" in schema:
        given = schema["type"]
        return frozenset([given] if isinstance(given, str) else given)
    if "const" in schema or "enum" in schema:
        values = schema.get("enum", [schema.get("const")])
        return frozenset(_NAMES[type(value)] for value in values)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return frozenset().union(*(kinds_of(part, root, depth + 1) for part in schema[key]))
    parts = [kinds_of(part, root, depth + 1) for part in schema.get("allOf", ())]
    return _ANY.intersection(*parts)


def _kind(value: Any, kinds: frozenset[str]) -> str:  # Any: JSON
    kind = _NAMES[type(value)]
    return "number" if kind == "integer" and "integer" not in kinds else kind


def _literal(text: str) -> Any:  # Any: JSON, or `_NOTHING`
    bare = text.strip()
    if bare in _PYTHON:
        return _PYTHON[bare]
    try:
        return json.loads(bare, parse_constant=_refused)
    except (ValueError, RecursionError):
        return _mended(bare) if bare[:1] in ("{", "[") else _NOTHING


def _mended(text: str) -> Any:  # Any: as above
    try:
        return mended_value(text)
    except (ValueError, RecursionError):
        return _NOTHING


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
