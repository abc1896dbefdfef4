"""No escape and no control character gets through."""

import unicodedata
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clean import clean, one_line


@dataclass(frozen=True)
class Case:
    hostile: str
    safe: str


CASES = [
    Case("plain\ttext\nsecond", "plain\ttext\nsecond"),
    Case("\x1b[31mred\x1b[0m", "red"),
    Case("\x1b[2J\x1b[Hcleared", "cleared"),
    Case("\x1b]0;a new title\x07text", "text"),
    Case("\x1b]8;;http://example.invalid\x1b\\link\x1b]8;;\x1b\\", "link"),
    Case("\x1b]52;c;c3RvbGVu\x07clipboard", "clipboard"),
    Case("\x9b31mC1\x9c", "C1"),
    Case("\x1bPsixel\x1b\\x", "x"),
    Case("\x1bcreset", "reset"),
    Case("over\rwritten", "over\nwritten"),
    Case("dos\r\nline", "dos\nline"),
    Case("back\b\b\x7fspace\x00", "backspace"),
    Case("\u202egnp.exe\u202c", "gnp.exe"),
    Case("zero\u200bwidth\ufeff", "zerowidth"),
    Case("👩\u200d🚀", "👩\u200d🚀"),
    Case("half \udc80 a byte", "half \N{REPLACEMENT CHARACTER} a byte"),
    Case("[bold]markup is text[/bold] :boom:", "[bold]markup is text[/bold] :boom:"),
    Case("\x1b", ""),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case.hostile))
def test_hostile_text_is_made_safe(case: Case) -> None:
    assert clean(case.hostile) == case.safe


@given(st.text(st.one_of(st.characters(), st.sampled_from("\x1b[]\x07\\;m\x9b\r")), max_size=60))
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    cleaned = clean(text)
    assert all(c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"} for c in cleaned)
    assert clean(cleaned) == cleaned
    cleaned.encode("utf-8")


def test_one_line_is_one_line_of_at_most_its_width() -> None:
    assert one_line("a\n b\t c") == "a b c"
    assert one_line("abcdef", 4) == "abc…"
    assert one_line("abcd", 4) == "abcd"
