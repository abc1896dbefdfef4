"""Structured answers: what a grammar holds at once, and what is checked and mended after."""

import asyncio
import enum
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest
from jsonschema import Draft202012Validator
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.exceptions import OutputParserException
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.prompt_values import ChatPromptValue
from langchain_core.runnables import Runnable
from pydantic import BaseModel, Field, TypeAdapter, field_validator
from typing_extensions import TypedDict

from models import GenerationError, ScriptedModel, Turn
from models.engine import Engine
from models.local import LocalChatModel

Short = Annotated[str, Field(max_length=6)]
"""Random weights end no text of their own."""


class Colour(enum.StrEnum):
    RED = "red"
    BLUE = "dark blue"


class Point(BaseModel):
    x: Literal[0, 1]
    label: Short


class Line(BaseModel):
    ends: list[Point] = Field(min_length=2, max_length=2)
    colour: Colour


class Circle(BaseModel):
    kind: Literal["circle"]
    middle: Point


class Square(BaseModel):
    kind: Literal["square"]
    side: Literal[1, 2, 3]


class Drawing(BaseModel):
    shape: Circle | Square
    title: Short | None
    tags: list[Colour] = Field(min_length=1, max_length=3)


class Tagged(BaseModel):
    shape: Circle | Square = Field(discriminator="kind")


class Tree(BaseModel):
    name: Literal["leaf", "branch"]
    left: "Tree | None"


class Ranges(BaseModel):
    whole: int = Field(ge=-3, lt=40)
    part: float = Field(ge=0, le=1)


class Code(BaseModel):
    code: str = Field(pattern="^[A-Z]{2}-[0-9]{3}$")


@dataclass
class Pair:
    left: Colour
    right: bool


class Named(TypedDict):
    name: Short
    known: bool


HELD: dict[str, Any] = {
    "enum": Line,
    "union, nullable, array with bounds, nesting": Drawing,
    "union by a discriminator": Tagged,
    "pattern": Code,
    "numbers with ranges": Ranges,
    "dataclass": Pair,
    "TypedDict": Named,
    "one of several models": Circle | Square,
    "a model that holds itself": Tree,
    "list of models": Annotated[list[Point], Field(min_length=1, max_length=2)],
}
"""Types that random weights fulfil at once, for the grammar alone makes them."""

SCHEMAS: dict[str, dict[str, Any]] = {
    "$ref": {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/flag"}, "b": {"$ref": "#/$defs/flag"}},
        "required": ["a", "b"],
        "additionalProperties": False,
        "$defs": {"flag": {"type": "boolean"}},
    },
    "types in a list": {
        "type": "object",
        "properties": {"a": {"type": ["boolean", "null"]}},
        "required": ["a"],
    },
    "const": {"type": "object", "properties": {"a": {"const": 7}}, "required": ["a"]},
    "a tuple": {"type": "array", "prefixItems": [{"type": "boolean"}, {"enum": ["x", "y"]}]},
    "a format": {"type": "string", "format": "uuid"},
    "no object": {"enum": ["yes", "no", 3]},
    "an OpenAI function": {
        "name": "answer",
        "description": "The answer",
        "parameters": {
            "type": "object",
            "properties": {"sure": {"type": "boolean"}},
            "required": ["sure"],
        },
    },
}


@pytest.fixture(scope="module")
def random_weights(qwen3: Engine) -> LocalChatModel:
    return LocalChatModel(qwen3, model="random", max_tokens=400)


class Asked(BaseCallbackHandler):
    """Counts the calls of a model."""

    def __init__(self) -> None:
        self.calls = 0

    def on_chat_model_start(self, *_: Any, **__: Any) -> None:
        self.calls += 1


@pytest.mark.parametrize("form", HELD.values(), ids=HELD)
def test_a_grammar_holds_random_weights_to_a_type(
    form: Any, random_weights: LocalChatModel
) -> None:
    asked = Asked()
    held = random_weights.with_structured_output(form)
    value: Any = held.invoke("Draw.", {"callbacks": [asked]})
    assert TypeAdapter(form).validate_python(value) == value
    assert asked.calls == 1, "it was right at once"


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_a_grammar_holds_random_weights_to_a_schema(
    schema: dict[str, Any], random_weights: LocalChatModel
) -> None:
    asked = Asked()
    held = random_weights.with_structured_output(schema)
    value = held.invoke("Draw.", {"callbacks": [asked]})
    Draft202012Validator(schema.get("parameters", schema)).validate(value)
    assert asked.calls == 1


async def test_thinking_is_free_before_a_strict_answer(thinker: LocalChatModel) -> None:
    held = thinker.with_structured_output(Pair, include_raw=True, temperature=0)
    outcome: Any = await held.ainvoke("Draw.")
    assert isinstance(outcome["parsed"], Pair)
    thought, answer = outcome["raw"].content_blocks
    assert thought["reasoning"] == "Let me see"
    assert TypeAdapter(Pair).validate_json(answer["text"]) == outcome["parsed"]


class Score(BaseModel):
    points: int = Field(multiple_of=5, le=20)
    name: str

    @field_validator("name")
    @classmethod
    def _no_shouting(cls, name: str) -> str:
        if name.isupper():
            raise ValueError("do not shout")
        return name


RIGHT = '{"points": 10, "name": "Ida"}'

WRONG = {
    "a validator": (Score, '{"points": 10, "name": "IDA"}', "name: Value error, do not shout"),
    "multipleOf": (
        Score, '{"points": 7, "name": "Ida"}', "points: Input should be a multiple of 5",
    ),
    "two faults": (Score, '{"points": 25, "name": "IDA"}', "equal to 20; name: Value error"),
    "no JSON": (Score, "Ten points", "Invalid JSON"),
    "a schema's bound": (
        Score.model_json_schema(), '{"points": 25, "name": "Ida"}', "points: 25 is greater than",
    ),
    "a schema's type": (Score.model_json_schema(), "[]", "it: [] is not of type 'object'"),
    "a missing key": (Score.model_json_schema(), '{"points": 5}', "'name' is a required property"),
}  # fmt: skip


@pytest.mark.parametrize(("form", "text", "fault"), WRONG.values(), ids=WRONG)
def test_an_answer_that_does_not_fit_goes_back_once_with_its_fault(
    form: Any, text: str, fault: str
) -> None:
    model = ScriptedModel([Turn(thinking="hm", text=text), Turn(text=RIGHT)])
    value: Any = model.with_structured_output(form, label="x").invoke("How many?")
    assert value in (Score(points=10, name="Ida"), {"points": 10, "name": "Ida"})
    first, second = model.calls
    asked, answered, told = second.messages
    assert (asked.text, answered.text) == ("How many?", text)
    assert answered.content_blocks == [{"type": "text", "text": text}], "no thinking goes back"
    assert isinstance(told, HumanMessage)
    assert fault in told.text
    assert (first.options, second.label) == (second.options, "x")


async def _streamed(held: Runnable[Any, Any]) -> list[Any]:
    return [part async for part in held.astream("How many?")]


HOWS: dict[str, Callable[[Runnable[Any, Any]], Awaitable[Any]]] = {
    "invoke": lambda held: asyncio.to_thread(held.invoke, "How many?"),
    "ainvoke": lambda held: held.ainvoke("How many?"),
    "stream": lambda held: asyncio.to_thread(lambda: list(held.stream("How many?"))),
    "astream": _streamed,
}


@pytest.mark.parametrize("how", HOWS)
async def test_a_second_failure_is_an_error_however_it_is_asked(how: str) -> None:
    model = ScriptedModel([Turn(text="{}"), Turn(text='{"points": 5}'), Turn(text=RIGHT)])
    held = model.with_structured_output(Score)
    with pytest.raises(GenerationError, match="name: Field required") as caught:
        await HOWS[how](held)
    assert isinstance(caught.value, OutputParserException)
    assert caught.value.llm_output == '{"points": 5}'
    assert len(model.calls) == 2


async def test_with_the_raw_message_a_second_failure_is_handed_out() -> None:
    model = ScriptedModel([Turn(text="{}"), Turn(text='{"points": 5}')])
    outcome: Any = await model.with_structured_output(Score, include_raw=True).ainvoke("?")
    assert outcome["parsed"] is None
    assert isinstance(outcome["parsing_error"], GenerationError)
    assert outcome["raw"].text == '{"points": 5}'


async def test_a_mended_answer_streams_once() -> None:
    model = ScriptedModel([Turn(text="{}", split=1), Turn(text=RIGHT, split=3)])
    parts = [part async for part in model.with_structured_output(Score).astream("How many?")]
    assert parts == [Score(points=10, name="Ida")]


@pytest.mark.parametrize(
    "asked",
    [
        [SystemMessage("Be brief."), HumanMessage("How many?")],
        [("system", "Be brief."), ("user", "How many?")],
        ChatPromptValue(messages=[SystemMessage("Be brief."), HumanMessage("How many?")]),
    ],
    ids=["messages", "pairs", "a prompt"],
)
def test_every_form_of_a_question_is_repeated_with_the_fault(asked: Any) -> None:
    model = ScriptedModel([Turn(text="{}"), Turn(text=RIGHT)])
    model.with_structured_output(Score).invoke(asked)
    texts = [message.text for message in model.calls[1].messages]
    assert texts[:3] == ["Be brief.", "How many?", "{}"]


def test_what_was_cut_is_not_asked_for_again(random_weights: LocalChatModel) -> None:
    asked = Asked()
    held = random_weights.with_structured_output(Line, max_tokens=3)
    with pytest.raises(GenerationError, match="it was cut at max_tokens"):
        held.invoke("Draw.", {"callbacks": [asked]})
    assert asked.calls == 1
