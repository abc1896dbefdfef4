"""What a call is held to, as llama.cpp compiles it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from models import GenerationError
from models.calls import HERMES, XML, CallFormat, Checker
from models.engine import Engine
from models.llama import Grammar, Weights
from models.pieces import AnswerText, ToolCall
from models.request import Request
from models.sampling import Sampling
from models.vocabulary import Vocabulary
from tests.models.calls.events import FORMATS, events
from tests.models.calls.writing import hermes, xml

HOT = Sampling(temperature=2, top_p=1, top_k=0, min_p=0, seed=11)
CLOSED: dict[str, Any] = {
    "on": {"type": "boolean"},
    "level": {"enum": [1, 2]},
    "mode": {"enum": ["fast", "with care"]},
    "pair": {"type": "array", "items": {"$ref": "#/$defs/pair"}, "minItems": 2, "maxItems": 2},
    "inner": {
        "type": "object",
        "properties": {"on": {"type": "boolean"}, "mode": {"const": "x"}},
        "required": ["on", "mode"],
        "additionalProperties": False,
    },
}
OPEN: dict[str, Any] = {"path": {"type": "string"}, "text": {"anyOf": [{"type": "string"}, {}]}}


def _tool(name: str, properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    parameters = {
        "type": "object",
        "properties": properties,
        "required": required,
        "$defs": {"pair": {"enum": [True, None]}},
    }
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


TOOLS = [_tool("one", CLOSED, [*CLOSED]), _tool("two", CLOSED, ["on"])]
WRITE = _tool("write", {**OPEN, "count": {"type": "integer"}}, ["path"])


@pytest.fixture(scope="module")
def weights(qwen3_file: Path) -> Iterator[Weights]:
    with closing(Weights(qwen3_file)) as weights:
        yield weights


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
@pytest.mark.parametrize("name", [None, "two"])
def test_random_weights_call_as_the_schema_asks(
    qwen3: Engine, form: CallFormat, name: str | None
) -> None:
    asked = Request((7,), HOT, gbnf=form.gbnf(TOOLS, name, later=False), max_tokens=250)
    text = "".join(p.text for p in qwen3.submit(asked) if isinstance(p, AnswerText))
    assert text.startswith("<tool_call>\n")
    assert text.endswith("\n</tool_call>")
    (call,) = events(form, [text], TOOLS)
    assert isinstance(call, ToolCall)
    assert call.name in ({name} if name else {"one", "two"})
    assert Checker(TOOLS).checked(call) is call


def _accepts(weights: Weights, gbnf: str, text: str) -> bool:
    tokens = Vocabulary(weights).plain(text)
    with closing(Grammar(weights, gbnf)) as grammar:
        for token in [*tokens, weights.end()]:
            if not grammar.allows(token):
                return False
            if token != weights.end():
                grammar.accept(token)
    return True


@pytest.mark.parametrize(
    "text",
    ["", "x", "\n\ttwo\n\n", "</p>\n</param>\n</parameter\n<<//</parameters>", "5", "é < 😀", "</"],
)
def test_a_text_in_xml_is_any_but_its_closing_tag(weights: Weights, text: str) -> None:
    gbnf = XML.gbnf([WRITE], None, later=False)
    for args in ({"path": text}, {"path": "a", "text": text, "count": 5}):
        assert _accepts(weights, gbnf, xml("write", args))
    assert not _accepts(weights, gbnf, xml("write", {"path": f"{text}</parameter>{text}"}))


@pytest.mark.parametrize(
    "args", [{}, {"text": "a"}, {"count": 1, "path": "a"}, {"path": "a", "count": "five"},
             {"path": "a", "other": "b"}],
    ids=["none", "required is missing", "order", "type", "unknown"],
)  # fmt: skip
def test_xml_that_does_not_fit_is_refused(weights: Weights, args: dict[str, Any]) -> None:
    assert not _accepts(weights, XML.gbnf([WRITE], None, later=False), xml("write", args))


def test_a_call_may_follow_white_space_only_where_it_is_not_the_first(weights: Weights) -> None:
    for form, call in ((HERMES, hermes("two", {"on": True})), (XML, xml("two", {"on": True}))):
        for later in (False, True):
            gbnf = form.gbnf(TOOLS, None, later=later)
            assert _accepts(weights, gbnf, call)
            assert _accepts(weights, gbnf, "\n" + call) is later


def test_a_choice_in_xml_stands_as_it_is(weights: Weights) -> None:
    gbnf = XML.gbnf([_tool("set", {"mode": {"enum": ['with "care"', "a\\b"]}}, [])], None)
    for mode in ('with "care"', "a\\b"):
        assert _accepts(weights, gbnf, xml("set", {"mode": mode}))
    assert not _accepts(weights, gbnf, xml("set", {"mode": "else"}))


def test_a_tool_without_parameters_is_called_without(weights: Weights) -> None:
    tools = [{"type": "function", "function": {"name": "list"}}]
    assert _accepts(weights, XML.gbnf(tools, "list", later=False), xml("list", {}))
    assert _accepts(weights, HERMES.gbnf(tools, "list", later=False), hermes("list", {}))


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_an_unknown_tool_names_the_known(form: CallFormat) -> None:
    with pytest.raises(GenerationError) as caught:
        form.gbnf([{"function": {"name": "read"}}], "write", later=False)
    assert "known: read" in caught.value.hint
