"""Which family serves a file, and what is said where none of ours was proven."""

from dataclasses import dataclass

import pytest
from langchain_core.messages import HumanMessage

from models import ModelError
from models.calls import HERMES, XML
from models.families import NAMES, family_of
from tests.models.families.words import QWEN, template, tokens

CHATML = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
OPENER = "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"


@dataclass(frozen=True)
class Case:
    """A file, and the family that it must get."""

    architecture: str
    template: str
    family: str
    can: str
    calls: str = "hermes"


@pytest.mark.parametrize(
    "case",
    [
        Case("qwen3", "qwen3", "qwen3", "switch"),
        Case("qwen3moe", "qwen3", "qwen3", "switch"),
        Case("qwen3", "qwen3-instruct-2507", "qwen3-instruct-2507", "never"),
        Case("qwen3moe", "qwen3-thinking-2507", "qwen3-thinking-2507", "always"),
        Case("qwen3moe", "qwen3-coder", "qwen3-coder", "never", "xml"),
        Case("qwen3next", "qwen3-coder", "qwen3-coder", "never", "xml"),
        Case("qwen3next", "qwen3-instruct-2507", "qwen3-next-instruct", "never"),
        Case("qwen3next", "qwen3-thinking-2507", "qwen3-next-thinking", "always"),
        Case("qwen35", "qwen3.5", "qwen3.5", "switch", "xml"),
        Case("qwen35moe", "qwen3.5", "qwen3.5", "switch", "xml"),
        Case("llama", "qwen3-instruct-2507", "chatml", "never"),
        Case("llama", "qwen3", "template", "switch"),
        Case("qwen3", "qwen3.5", "template", "switch", "xml"),
    ],
    ids=lambda case: f"{case.architecture}, {case.template}",
)
def test_architecture_and_template_choose(case: Case) -> None:
    family = family_of(case.architecture, template(case.template), QWEN)
    assert (family.name, family.can, family.calls.name) == (case.family, case.can, case.calls)
    assert bool(family.note) is (case.family == "template")


def test_one_changed_word_is_another_template() -> None:
    changed = template("qwen3").replace("You may call one or more", "You might call some")
    family = family_of("qwen3", changed, QWEN)
    assert family.name == "template"
    assert "sandbox" in family.note
    tool = {"type": "function", "function": {"name": "read"}}
    assert "You might call some" in family.render([HumanMessage("x")], [tool], True).text


def test_another_template_that_writes_the_same_is_the_same() -> None:
    assert family_of("qwen3", "{# mended #}" + template("qwen3"), QWEN).name == "qwen3"


def test_without_a_template_it_is_chatml() -> None:
    family = family_of("qwen3", "", QWEN)
    assert (family.name, family.note) == ("chatml", "")


def test_plain_chatml_that_knows_nothing_of_tools_gets_ours() -> None:
    assert family_of("llama", CHATML + OPENER, QWEN).name == "chatml"


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ("{% if enable_thinking", "unexpected end"),
        ("{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}", "loops"),
        ("{{ raise_exception('not today') }}", "not today"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "recursion"),
        ("{{ 'a' * 10 ** 10 }}", "too much"),
        ("{{ ('a' * 9999) * 9999 }}", "too much"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ messages.append(1) }}", "unsafe"),
    ],
)
def test_a_broken_template_is_chatml_and_says_why(broken: str, why: str) -> None:
    family = family_of("qwen3", broken, QWEN)
    assert family.name == "chatml"
    assert why in family.note


def test_a_template_that_shows_nothing_is_not_used() -> None:
    nothing = "{% if enable_thinking is defined %}...{% endif %}"
    for unusable in (nothing, "Hello"):
        family = family_of("qwen3", unusable, QWEN)
        assert family.name == "chatml"
        assert "shows nothing" in family.note


def test_a_vocabulary_without_chatml_needs_a_template_of_its_own() -> None:
    with pytest.raises(ModelError, match="does not speak ChatML"):
        family_of("gemma", "", tokens())
    turns = "{% for m in messages %}<turn>{{ m.role }}\n{{ m.content }}</s>{% endfor %}<turn>model"
    family = family_of("gemma", turns, tokens("<turn>", "</s>"))
    prompt = family.render([HumanMessage("Hi")], [], None)
    assert prompt.text == "<turn>user\nHi</s><turn>model"
    assert [part.text for part in prompt.segments if part.special] == ["<turn>", "</s>", "<turn>"]


def test_a_hybrid_whose_vocabulary_lacks_its_tags_is_not_ours() -> None:
    family = family_of("qwen3", template("qwen3"), tokens("<|im_start|>", "<|im_end|>"))
    assert (family.name, family.can, family.tags) == ("template", "never", None)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "template"])
def test_a_named_family_serves_whatever_the_file_says(name: str) -> None:
    family = family_of("llama", template("qwen3.5"), QWEN, wanted=name)
    assert family.name == name
    assert name in family.note


def test_a_named_family_must_be_possible() -> None:
    with pytest.raises(ModelError, match=r"no family qwen9 \(use one of chatml, qwen3, "):
        family_of("qwen3", "", QWEN, wanted="qwen9")
    with pytest.raises(ModelError, match="has not the tags of qwen3"):
        family_of("llama", "", tokens("<|im_start|>", "<|im_end|>"), wanted="qwen3")
    with pytest.raises(ModelError, match="template is broken"):
        family_of("llama", "{% if", QWEN, wanted="template")


def test_formats_of_calls_are_those_of_the_calls_package() -> None:
    assert family_of("qwen3", template("qwen3"), QWEN).calls is HERMES
    assert family_of("qwen35", template("qwen3.5"), QWEN).calls is XML
