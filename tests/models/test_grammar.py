"""Schemas as grammars, compiled by llama.cpp and asked token by token."""

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from models.engine import Engine
from models.grammar import schema_grammar
from models.pieces import AnswerText
from models.ranges import integers, numbers
from models.request import Request
from models.sampling import Sampling

HOT = Sampling(temperature=2, top_p=1, top_k=0, min_p=0, seed=11)

SCHEMAS: list[dict[str, Any]] = [
    {"enum": ["a", "b"]},
    {"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"]},
    {"type": "array", "items": {"type": "boolean"}, "minItems": 2, "maxItems": 3},
    {"anyOf": [{"type": "null"}, {"type": "boolean"}]},
    {"$defs": {"s": {"enum": [1, 2]}}, "type": "object", "properties": {"a": {"$ref": "#/$defs/s"}},
     "required": ["a"]},
    {"type": "string", "maxLength": 3},
    {"type": "integer", "minimum": 7, "maximum": 120},
    {"type": "integer", "exclusiveMinimum": -1000, "exclusiveMaximum": 1000},
    {"type": "number", "minimum": 0, "maximum": 1},
    {"type": ["string", "null"], "maxLength": 3},
    {"enum": ['say "hi"', "C:\\temp", "two\nlines", "é"]},
    {"const": '"'},
    {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"enum": [3]}}},
    {"$ref": "#/$defs/n",
     "$defs": {"n": {"type": "object", "properties": {"n": {"$ref": "#/$defs/n"}}}}},
]  # fmt: skip


@pytest.mark.parametrize("schema", SCHEMAS, ids=json.dumps)
def test_random_weights_write_what_the_schema_asks(qwen3: Engine, schema: dict[str, Any]) -> None:
    for seed in range(3):
        sampling = Sampling(temperature=2, top_p=1, top_k=0, min_p=0, seed=seed)
        asked = Request((7,), sampling, gbnf=schema_grammar(schema), max_tokens=60)
        pieces = list(qwen3.submit(asked))
        value = json.loads("".join(p.text for p in pieces if isinstance(p, AnswerText)))
        _check(value, schema)


def _check(value: Any, schema: dict[str, Any]) -> None:
    Draft202012Validator(schema).validate(value)


@pytest.mark.parametrize("bound", [100, 400, 500, 501, 100_000])
def test_large_bounds_compile(qwen3: Engine, bound: int) -> None:
    schema = {
        "type": "object",
        "properties": {
            "text": {"type": "string", "maxLength": bound},
            "list": {"type": "array", "items": {"enum": ["x"]}, "maxItems": bound},
        },
    }
    asked = Request((7,), HOT, gbnf=schema_grammar(schema), max_tokens=3)
    assert list(qwen3.submit(asked))


def test_a_property_may_be_called_like_a_bound() -> None:
    schema = {"type": "object", "properties": {"maxLength": {"type": "integer"}}}
    assert "maxLength" in schema_grammar(schema)


def test_a_property_may_be_called_like_a_keyword() -> None:
    named = {"enum": {"type": "boolean"}, "type": {"enum": ["a"]}, "pattern": {"const": 1}}
    gbnf = schema_grammar({"type": "object", "properties": named, "required": list(named)})
    assert all(f'\\"{name}\\"' in gbnf for name in named)


def test_no_text_holds_a_line_end() -> None:
    assert "\\x00-\\x1F" in schema_grammar({"type": "string"})


@pytest.mark.parametrize(("low", "high"), [(7, 120), (-5, 5), (0, 0), (99, 1001), (-120, -7)])
def test_digits_between_two_bounds_are_those_and_no_others(low: int, high: int) -> None:
    whole, parts = _pattern(integers(low, high)), _pattern(numbers(low, high))
    for number in range(low - 150, high + 150):
        assert bool(whole.fullmatch(f"{number}")) == (low <= number <= high)
        assert bool(parts.fullmatch(f"{number}")) == (low <= number <= high)
        assert bool(parts.fullmatch(f"{number}.5")) == (low <= float(f"{number}.5") <= high)


def _pattern(gbnf: str) -> re.Pattern[str]:
    """Of what these rules use of GBNF, a regular expression differs in quotes and blanks alone."""
    return re.compile(re.sub(r'"([^"]*)"', lambda text: re.escape(text[1]), gbnf).replace(" ", ""))
