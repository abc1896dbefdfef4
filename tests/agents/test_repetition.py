"""Loops in a model's text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.repetition import LEAST, cut_loop

SENTENCE = "The build is red and nobody knows why. "


@pytest.mark.parametrize("times", [3, 4, 30])
def test_a_sentence_that_comes_again_and_again_is_cut(times: int) -> None:
    cut = cut_loop(f"So. {SENTENCE * times}")
    assert cut.startswith("So. The build is red and nobody knows why")
    assert cut.count("red") == 1


@pytest.mark.parametrize(
    "text", ["", "Fine.", SENTENCE * 2, "- a\n- a\n- a\n- a\n", "ha ha ha ha", "=" * 8]
)
def test_what_is_no_loop_stays(text: str) -> None:
    assert cut_loop(text) == text


@given(st.text(min_size=LEAST, max_size=80).filter(lambda s: s.strip() == s), st.integers(3, 6))
def test_every_loop_is_cut(piece: str, times: int) -> None:
    assert len(cut_loop(piece * times)) <= len(piece) + 40


@given(st.text(max_size=300))
def test_only_an_end_is_cut(text: str) -> None:
    assert text.startswith(cut_loop(text).split(" … (")[0])
