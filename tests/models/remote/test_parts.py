"""What streams in pieces means the same however it is cut."""

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.pieces import AnswerText, Done, InvalidToolCall, Piece, ThinkingText, ToolCall
from models.remote.called import Called
from models.remote.events import LONGEST, Events, TooLong
from models.remote.patience import Patience
from models.remote.refusals import retry_after, shown
from models.remote.repeated import Repeated
from models.remote.tagged import Tagged
from models.usage import Usage

CUTS = st.lists(st.integers(1, 9), min_size=1, max_size=40)


def pieces_of(text: Any, sizes: list[int]) -> Iterator[Any]:
    """`text`, str or bytes, cut into these sizes, over and over."""
    at = turn = 0
    while at < len(text):
        size = sizes[turn % len(sizes)]
        yield text[at : at + size]
        at, turn = at + size, turn + 1


@settings(deadline=None)
@given(st.lists(st.sampled_from(["data: {}", "data:é", ": ping", "", "event: x", "id", "data:"])),
       st.sampled_from(["\n", "\r\n"]), CUTS)  # fmt: skip
def test_events_do_not_depend_on_the_cut(lines: list[str], ends: str, sizes: list[int]) -> None:
    events = Events()
    raw = "".join(line + ends for line in lines).encode()
    found = [text for block in pieces_of(raw, sizes) for text in events.feed(block)]
    assert found == [line[5:].strip() for line in lines if line[5:] and line.startswith("data")]
    assert events.close() == ""


@settings(deadline=None)
@given(st.binary(max_size=300), CUTS)
def test_no_bytes_break_the_events(raw: bytes, sizes: list[int]) -> None:
    once, events = Events(), Events()
    whole = [*once.feed(raw), once.close()]
    assert [*(t for b in pieces_of(raw, sizes) for t in events.feed(b)), events.close()] == whole


def test_a_line_that_never_ends_is_refused() -> None:
    events, block = Events(), b"x" * (LONGEST // 2)
    assert not [*events.feed(block), *events.feed(block)]
    with pytest.raises(TooLong):
        list(events.feed(b"x"))


def parted(
    text: str, sizes: list[int], *, untagged: bool, thought: bool = False
) -> list[tuple[bool, str]]:
    tagged = Tagged(untagged=untagged)
    parts = [part for piece in pieces_of(text, sizes) for part in tagged.feed(piece)]
    parts += tagged.close(thought=thought)
    return [(k, "".join(t for _, t in group)) for k, group in groupby(parts, lambda part: part[0])]


@settings(deadline=None)
@given(st.lists(st.sampled_from(["<think>", "</think>", "<", "a", "\n", "/th", "b>"])), CUTS,
       st.booleans(), st.booleans())  # fmt: skip
def test_thinking_does_not_depend_on_the_cut(
    words: list[str], sizes: list[int], untagged: bool, thought: bool
) -> None:
    text = "".join(words)
    once = parted(text, [max(1, len(text))], untagged=untagged, thought=thought)
    assert parted(text, sizes, untagged=untagged, thought=thought) == once


def test_thinking_without_an_opening_tag_is_known_at_its_end() -> None:
    assert parted("a</think>b", [1], untagged=True) == [(True, "a"), (False, "b")]
    assert parted("a</think>b", [1], untagged=False) == [(False, "a</think>b")]
    assert parted("answer", [1], untagged=True) == [(False, "answer")]
    assert parted("thoug", [1], untagged=True, thought=True) == [(True, "thoug")]


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=5), st.text(max_size=9), max_size=3), CUTS)
def test_arguments_do_not_depend_on_the_cut(arguments: dict[str, str], sizes: list[int]) -> None:
    called = Called()
    called.feed([{"index": 0, "id": "a", "function": {"name": "run", "arguments": ""}}])
    for piece in pieces_of(json.dumps(arguments), sizes):
        called.feed([{"index": 0, "function": {"arguments": piece}}])
    assert list(called.close(cut=False)) == [ToolCall("run", arguments)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["index", "id", "function", "name", "arguments"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(JSON, st.booleans())
def test_no_call_breaks_the_reading(parts: object, cut: bool) -> None:
    called = Called()
    called.feed(parts)
    called.feed([parts])
    assert all(isinstance(piece, ToolCall | InvalidToolCall) for piece in called.close(cut=cut))


@settings(deadline=None)
@given(st.text("ab", max_size=8), st.integers(0, 8), CUTS, CUTS)
def test_the_same_answer_after_a_cut_is_handed_out_once(
    text: str, at: int, first: list[int], second: list[int]
) -> None:
    repeated, out = Repeated(), ""
    tries: list[list[Piece]] = [
        [AnswerText(piece) for piece in pieces_of(text[:at], first)],
        [*(AnswerText(piece) for piece in pieces_of(text, second)), Done("stop", Usage())],
    ]
    for one in tries:
        for piece in one:
            out += "".join(p.text for p in repeated.fresh(piece) if isinstance(p, AnswerText))
        repeated.again()
    assert out == text


def test_thinking_that_differs_after_a_cut_follows_whole() -> None:
    repeated = Repeated()
    list(repeated.fresh(ThinkingText("one two")))
    repeated.again()
    found = [*repeated.fresh(ThinkingText("one")), *repeated.fresh(AnswerText("Yes"))]
    assert found == [ThinkingText("\n\none"), AnswerText("Yes")]


@settings(deadline=None)
@given(st.integers(1, 1000), st.none() | st.floats(0, 100))
def test_pauses_double_and_end(failures: int, asked: float | None) -> None:
    patience = Patience()
    pause = patience.pause(failures, asked)
    assert (asked or 0.0) <= pause <= max(patience.longest_wait, asked or 0.0)
    assert pause >= 0.25


@settings(deadline=None)
@given(st.text(max_size=300) | st.binary(max_size=50).map(lambda raw: raw.decode("latin-1")))
def test_what_a_server_wrote_is_one_printable_line(text: str) -> None:
    assert (line := shown(text)).isprintable()
    assert len(line) <= 204
    assert shown(json.dumps({"error": {"message": text}})).isprintable()


@settings(deadline=None)
@given(st.text(max_size=30))
def test_no_retry_after_breaks_us(text: str) -> None:
    assert (retry_after({"retry-after": text}, 0.0) or 0.0) >= 0.0
