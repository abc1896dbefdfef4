"""Thinking on and off: what each family can, and what it says where it cannot."""

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from models import GenerationError
from models.families.chatml import ChatML
from models.families.qwen3 import Qwen3
from models.families.qwen3_5 import Qwen35
from models.families.qwen3_2507 import Instruct2507, NextInstruct, NextThinking, Thinking2507
from models.families.qwen3_coder import Coder

ASKED = [HumanMessage("x")]


@pytest.mark.parametrize("kind", [Instruct2507, NextInstruct, Coder])
def test_one_that_never_thinks_names_whom_to_ask_instead(kind: type[ChatML]) -> None:
    with pytest.raises(GenerationError, match=r"never thinks \(.*--model ROLE=.*-Thinking"):
        kind().render(ASKED, [], True)
    for thinking in (None, False):
        prompt = kind().render([HumanMessage("x /think")], [], thinking)
        assert not prompt.thinking
        assert prompt.text.endswith("<|im_start|>assistant\n")


@pytest.mark.parametrize("kind", [Thinking2507, NextThinking])
def test_one_that_always_thinks_names_whom_to_ask_instead(kind: type[ChatML]) -> None:
    with pytest.raises(GenerationError, match=r"always thinks \(.*--model ROLE=.*-Instruct"):
        kind().render(ASKED, [], False)
    for thinking in (None, True):
        prompt = kind().render([HumanMessage("x /no_think")], [], thinking)
        assert prompt.thinking
        assert prompt.opened
        assert prompt.text.endswith("<|im_start|>assistant\n<think>\n")


@pytest.mark.parametrize("kind", [Qwen3, Qwen35])
@pytest.mark.parametrize(
    ("text", "thinking", "thinks"),
    [
        ("x", None, True),
        ("x", False, False),
        ("x /no_think", None, False),
        ("x /no_think", True, True),
        ("x /think", False, False),
        ("/no_think x /think", None, True),
        ("/think x /no_think", None, False),
    ],
)
def test_a_hybrid_does_what_is_asked_and_else_what_the_latest_turn_says(
    kind: type[ChatML], text: str, thinking: bool | None, thinks: bool
) -> None:
    prompt = kind().render(
        [HumanMessage("/no_think"), AIMessage("y"), HumanMessage(text)], [], thinking
    )
    assert prompt.thinking is thinks
    assert prompt.opened is (thinks and kind is Qwen35)
    assert prompt.text.endswith("<think>\n\n</think>\n\n") is not thinks
    assert f"user\n{text}<|im_end|>" in prompt.text


def test_an_unknown_model_answers_without_thinking() -> None:
    assert not ChatML().render(ASKED, [], True).thinking
