"""Schemas as grammars, compiled by llama.cpp and asked token by token."""

import json
from typing import Any

import pytest

from models import GenerationError
from models.engine import Engine
from models.grammar import call_grammar, schema_grammar
from models.pieces import AnswerText
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
    if "enum" in schema:
        assert value in schema["enum"]
    elif schema.get("type") == "array":
        assert schema["minItems"] <= len(value) <= schema["maxItems"]
    elif schema.get("type") == "object":
        assert set(value) == {"a"}
    elif schema.get("type") == "string":
        assert len(value) <= 3
    else:
        assert value in (None, True, False)


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


def test_a_forced_call_of_any_tool(qwen3: Engine) -> None:
    tools = [
        {"type": "function", "function": {"name": name, "parameters": SCHEMAS[1]}}
        for name in ("one", "two")
    ]
    asked = Request((7,), HOT, gbnf=call_grammar(tools, None), max_tokens=60)
    text = "".join(p.text for p in qwen3.submit(asked) if isinstance(p, AnswerText))
    assert text.startswith("<tool_call>\n{")
    assert text.endswith("\n</tool_call>")


def test_an_unknown_tool_names_the_known() -> None:
    with pytest.raises(GenerationError) as caught:
        call_grammar([{"function": {"name": "read"}}], "write")
    assert "known: read" in caught.value.hint
