"""A JSON schema that an answer can be held to; refused are those that nothing fits.

Found are faults of form and bounds that contradict each other. That two parts of an `allOf` exclude
each other is not found; such an answer ends with an error of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from models.errors import GenerationError

_BOUNDS = (
    ("minimum", "maximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
)
_CHOICES = ("enum", "anyOf", "oneOf", "allOf")
NAMED = ("properties", "$defs", "definitions", "patternProperties")
"""Keywords whose value names schemas, in place of being one."""
_LITERAL = ("const", "default", "examples", "enum")
"""Keywords whose value is an answer, not a schema."""


def check(schema: dict[str, Any]) -> None:  # Any: a JSON schema
    """A GenerationError that names the place, where the schema is none or nothing fits it."""
    for at, fault in _faults(schema, schema, ()):
        raise GenerationError(
            f"nothing fits this JSON schema: {'/'.join(at) or 'its root'}: {fault}",
            "correct the schema that the answer is held to",
        )
    # Imported here: it loads many files, and few calls need it.
    from jsonschema import Draft202012Validator, SchemaError

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        place = "/".join(map(str, error.absolute_path)) or "its root"
        raise GenerationError(
            f"this is no JSON schema: {place}: {error.message}",
            "correct the schema that the answer is held to",
        ) from error


def _faults(
    part: Any,  # Any: a part of a JSON schema
    root: dict[str, Any],
    place: tuple[str, ...],
) -> Iterator[tuple[tuple[str, ...], str]]:
    if not isinstance(part, dict):
        return
    for low, high in _BOUNDS:
        if _number(part.get(low), -math.inf) > _number(part.get(high), math.inf):
            yield place, f"{low} {part[low]} is above {high} {part[high]}"
    for key in _CHOICES:
        if part.get(key) == []:
            yield place, f"{key} is empty"
    yield from ((place, fault) for fault in (*_reference(part, root), *_required(part)))
    for key, value in part.items():
        yield from _within(key, value, root, (*place, key))


def _within(
    key: str,
    value: Any,  # Any: a part of a JSON schema
    root: dict[str, Any],
    place: tuple[str, ...],
) -> Iterator[tuple[tuple[str, ...], str]]:
    if key in _LITERAL:
        return
    if isinstance(value, list):
        for at, item in enumerate(value):
            yield from _faults(item, root, (*place, str(at)))
    elif key in NAMED and isinstance(value, dict):
        for name, item in value.items():
            yield from _faults(item, root, (*place, name))
    else:
        yield from _faults(value, root, place)


def referred(reference: str, root: dict[str, Any]) -> Any:  # Any: a part of a JSON schema
    """The part of `root` that a `$ref` within it names; a LookupError where there is none."""
    if not reference.startswith("#"):
        raise LookupError(reference)
    found: Any = root
    for name in reference.removeprefix("#").split("/")[1:]:
        name = name.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list) and name.isdecimal():
            found = found[int(name)]
        elif isinstance(found, dict):
            found = found[name]
        else:
            raise LookupError(reference)
    return found


def _reference(part: dict[str, Any], root: dict[str, Any]) -> Iterator[str]:
    reference = part.get("$ref")
    if not isinstance(reference, str):
        return
    try:
        referred(reference, root)
    except LookupError:
        yield f"$ref {reference} leads nowhere"


def _required(part: dict[str, Any]) -> Iterator[str]:
    if part.get("additionalProperties") is False and "patternProperties" not in part:
        known = part.get("properties", {})
        missing = [name for name in part.get("required", ()) if name not in known]
        if missing:
            yield f"required {', '.join(map(str, missing))} may not be there"


def _number(value: Any, otherwise: float) -> float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else otherwise
