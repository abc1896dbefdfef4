"""Our renderers against the models' own templates, as transformers renders them, byte for byte.

CADRE_MANY=10000 takes so many conversations of each family; 300 do for every day.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from transformers.utils.chat_template_utils import render_jinja_template

from models.families.chatml import ChatML
from models.families.qwen3 import Qwen3
from models.families.qwen3_5 import Qwen35
from models.families.qwen3_2507 import Instruct2507, NextInstruct, NextThinking, Thinking2507
from models.families.qwen3_coder import Coder
from models.families.template import Template
from tests.models.families.conversations import Conversation, Maker
from tests.models.families.words import QWEN, template

MANY = int(os.environ.get("CADRE_MANY", "300"))
FAMILIES: dict[type[ChatML], str] = {
    Qwen3: "qwen3",
    Instruct2507: "qwen3-instruct-2507",
    Thinking2507: "qwen3-thinking-2507",
    Coder: "qwen3-coder",
    NextInstruct: "qwen3-instruct-2507",
    NextThinking: "qwen3-thinking-2507",
    Qwen35: "qwen3.5",
    ChatML: "qwen3-instruct-2507",
}
MODES = (None, True, False)


def transformers(source: str, of: Conversation, thinking: bool | None) -> str:
    """What transformers makes of it."""
    switch: dict[str, Any] = {} if thinking is None else {"enable_thinking": thinking}
    tools: Any = of.tools or None
    rendered: Any = render_jinja_template(  # its annotations do not say what it takes and gives
        [of.dicts], tools, chat_template=source, add_generation_prompt=True, **switch
    )
    return str(rendered[0][0])


@pytest.mark.parametrize("kind", FAMILIES, ids=lambda kind: kind.name)
def test_a_family_renders_as_its_models_template(kind: type[ChatML]) -> None:
    family, source = kind(), template(FAMILIES[kind])
    for seed in range(MANY):
        made = Maker(seed, strict=kind is Qwen35).make()
        asked = MODES[seed % 3] if family.can == "switch" else None
        mode = made.switch if asked is None and family.can == "switch" else asked
        prompt = family.render(made.messages, made.tools, asked)
        assert prompt.text == transformers(source, made, mode), f"seed {seed}"
        assert prompt.thinking is {"always": True, "never": False}.get(
            family.can, mode is not False
        )


@pytest.mark.parametrize("name", sorted(set(FAMILIES.values())))
def test_a_template_of_which_nothing_is_known_is_rendered_as_it_stands(name: str) -> None:
    source = template(name)
    family = Template(source, QWEN)
    for seed in range(MANY // 3):
        made = Maker(seed, tags=False, strict=True).make()
        asked = None if family.can != "switch" else seed % 2 == 0
        prompt = family.render(made.messages, made.tools, asked)
        wanted = transformers(source, made, asked)
        assert prompt.text == wanted, f"seed {seed}"


@pytest.mark.parametrize("kind", FAMILIES, ids=lambda kind: kind.name)
def test_a_stable_rendering_only_grows_with_its_conversation(kind: type[ChatML]) -> None:
    family = kind()
    for seed in range(MANY // 3):
        made = Maker(seed).make()
        before = ""
        for end in range(1 if made.messages else 0, len(made.messages) + 1):
            now = _spoken(family, made, end)
            assert now.startswith(before), f"seed {seed}, message {end}"
            before = now


@pytest.mark.parametrize("kind", [Qwen3, Thinking2507, Qwen35], ids=lambda kind: kind.name)
def test_without_it_thinking_of_the_steps_goes_when_the_user_speaks_again(
    kind: type[ChatML],
) -> None:
    changed = 0
    for seed in range(100):
        made = Maker(seed).make()
        whole = kind().render(made.messages, made.tools, None).text
        changed += whole != kind().render(made.messages, made.tools, None, stable=True).text
    assert changed > 20


def _spoken(family: ChatML, made: Conversation, end: int) -> str:
    """The rendering up to message `end`, without what comes before the model's answer, and without
    the end of a run of tool results, which may go on."""
    text = family.render(made.messages[:end], made.tools, None, stable=True).text
    text = text[: text.rindex("<|im_start|>assistant\n")]
    return text.removesuffix("<|im_end|>\n") if made.messages[end - 1].type == "tool" else text


def test_the_templates_are_the_files_beside_the_readme() -> None:
    folder = Path(__file__).parents[2] / "data" / "templates"
    assert {path.stem for path in folder.glob("*.jinja")} == set(FAMILIES.values())
