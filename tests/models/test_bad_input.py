"""What a caller, a file or a disk can get wrong: a clear error, and the engine serves on."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage

from models.engine import Engine
from models.errors import GenerationError
from models.local import LocalChatModel
from models.request import Request
from models.sampling import Sampling
from tests.models.conftest import Loader
from tests.models.tiny import write_tiny


@dataclass(frozen=True)
class Case:
    options: dict[str, Any]
    says: str


NUMBERS = [
    Case({"temperature": -0.1}, "temperature"),
    Case({"temperature": float("nan")}, "temperature"),
    Case({"temperature": float("inf")}, "temperature"),
    Case({"temperature": "hot"}, "temperature"),
    Case({"top_p": 0}, "top_p"),
    Case({"top_p": 1.1}, "top_p"),
    Case({"top_k": -1}, "top_k"),
    Case({"top_k": 1.5}, "top_k"),
    Case({"min_p": -0.1}, "min_p"),
    Case({"min_p": 2}, "min_p"),
    Case({"presence_penalty": 3}, "presence_penalty"),
    Case({"repetition_penalty": 0}, "repetition_penalty"),
    Case({"seed": -1}, "seed"),
    Case({"seed": 2**32 - 1}, "seed"),
    Case({"max_tokens": 0}, "max_tokens"),
    Case({"max_tokens": -5}, "max_tokens"),
    Case({"answer_tokens": 0}, "answer_tokens"),
    Case({"thinking_budget": -1}, "thinking_budget"),
    Case({"tool_choice": "fly", "tools": ()}, "fly"),
    Case({"wings": 2}, "wings"),
]

SCHEMAS = [
    Case({"json_schema": {"enum": []}}, "enum"),
    Case({"json_schema": {"anyOf": []}}, "anyOf"),
    Case({"json_schema": {"type": "integer", "minimum": 5, "maximum": 3}}, "minimum"),
    Case({"json_schema": {"type": "string", "minLength": 5, "maxLength": 3}}, "minLength"),
    Case(
        {"json_schema": {"type": "array", "items": {"type": "null"}, "minItems": 3, "maxItems": 1}},
        "minItems",
    ),
    Case({"json_schema": {"$ref": "#/$defs/nowhere"}}, "nowhere"),
    Case({"json_schema": {"type": "unicorn"}}, "unicorn"),
    Case({"json_schema": {"type": "string", "pattern": "^(unclosed$"}}, "pattern"),
    Case(
        {"json_schema": {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}}, "to itself"
    ),
    Case(
        {"json_schema": {"type": "object", "required": ["a"], "additionalProperties": False}}, "a"
    ),
]


@pytest.fixture(scope="module")
def smol(smol_engine: Engine) -> LocalChatModel:
    return LocalChatModel(smol_engine, model="smol")


@pytest.fixture(autouse=True)
def serves_on(smol: LocalChatModel) -> Iterator[None]:
    yield
    assert smol.invoke("Say hi", temperature=0, max_tokens=3).text


@pytest.mark.parametrize("case", NUMBERS, ids=lambda case: str(case.options))
def test_an_option_out_of_its_range_is_named(case: Case, smol: LocalChatModel) -> None:
    with pytest.raises(GenerationError, match=case.says):
        smol.invoke("Hi", **case.options)


@pytest.mark.parametrize("case", SCHEMAS, ids=lambda case: str(case.options["json_schema"]))
def test_a_schema_that_nothing_fits_is_refused(case: Case, smol: LocalChatModel) -> None:
    with pytest.raises(GenerationError, match=case.says) as raised:
        smol.invoke("Hi", max_tokens=20, **case.options)
    assert raised.value.hint


IMPOSSIBLE = [
    "root ::= [^\\x00-\\U0010FFFF]",
    'root ::= "a" [^\\x00-\\U0010FFFF]',
    "root ::= root",
]


@pytest.mark.parametrize("gbnf", IMPOSSIBLE)
@pytest.mark.parametrize("temperature", [0, 0.7])
def test_a_grammar_that_nothing_fulfils_ends_its_own_request(
    gbnf: str, temperature: float, smol_engine: Engine
) -> None:
    sampling = Sampling(temperature=temperature, top_p=0.9, top_k=20, min_p=0.1)
    stream = smol_engine.submit(Request((1000,), sampling, gbnf=gbnf, max_tokens=9))
    with pytest.raises(GenerationError, match="grammar"):
        list(stream)


def test_a_model_without_a_template_speaks_plain_chatml(tmp_path: Path, load: Loader) -> None:
    engine = load(write_tiny(tmp_path / "bare.gguf", template="", context=256))
    bare = LocalChatModel(engine, model="bare")
    message = bare.invoke("Hi", thinking=True, max_tokens=4, temperature=0)
    assert (engine.family.name, message.response_metadata["thinking"]) == ("chatml", None)
    assert message.response_metadata["usage"]["answer_tokens"] == 4


def test_a_vocabulary_without_think_tokens_answers_without_thinking(smol: LocalChatModel) -> None:
    message = smol.invoke("Hi", thinking=True, thinking_budget=5, max_tokens=6, temperature=0)
    assert message.response_metadata["thinking"] is None
    assert message.text
    assert "think" not in message.text


def test_a_prompt_that_is_too_long_says_by_how_much(smol: LocalChatModel) -> None:
    room = smol.context_tokens
    asked = [HumanMessage("word " * room)]
    over = len(smol.prompt_tokens(asked)) - room
    with pytest.raises(GenerationError, match=rf"\b{over + 1}\b") as raised:
        smol.invoke(asked)
    assert raised.value.hint
