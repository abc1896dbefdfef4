"""Text out of bytes that were cut anywhere."""

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from models.text import Text

_ALPHABET = st.text(st.sampled_from("ab\n é🙂"), max_size=30)


def _streamed(text: Text, raw: bytes, cuts: list[int]) -> str:
    edges = [0, *sorted(cut % (len(raw) + 1) for cut in cuts), len(raw)]
    pieces = [raw[a:b] for a, b in pairwise(edges)]
    return "".join([*(text.feed(piece) for piece in pieces), text.close()])


@given(_ALPHABET, st.lists(st.integers(0, 200), max_size=20))
def test_any_cut_gives_the_same_text(text: str, cuts: list[int]) -> None:
    assert _streamed(Text(), text.encode(), cuts) == text.lstrip("\n")
    assert _streamed(Text(trim_end=True), text.encode(), cuts) == text.strip("\n")


@given(
    _ALPHABET,
    st.lists(st.text(st.sampled_from("ab🙂"), min_size=1, max_size=3), max_size=3),
    st.lists(st.integers(0, 200), max_size=20),
)
@example("xxab", ["abc", "b"], [3])
def test_any_cut_stops_at_the_same_place(text: str, stops: list[str], cuts: list[int]) -> None:
    found = [at for stop in stops if (at := text.find(stop)) >= 0]
    expected = text[: min(found)] if found else text
    reader = Text(stops)
    assert _streamed(reader, text.encode(), cuts) == expected.lstrip("\n")
    assert reader.stopped == bool(found)


def test_text_comes_as_soon_as_it_is_certain() -> None:
    reader = Text(["STOP"])
    assert [reader.feed(piece) for piece in (b"ab", b"S", b"T", b"X", b"\xc3", b"\xa9")] == [
        "ab", "", "", "STX", "", "é",
    ]  # fmt: skip


def test_half_a_character_at_the_end_is_said() -> None:
    reader = Text()
    assert reader.feed(b"a\xc3") + reader.close() == "a\ufffd"
