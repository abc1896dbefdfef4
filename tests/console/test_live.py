"""The live view, frame by frame, without a clock of its own."""

import io
from collections.abc import Sequence

import pytest
from syrupy.assertion import SnapshotAssertion

from console.board import Board, after
from console.live import LiveView, tree
from graphs.events import Event, Failed
from tests.console.conftest import drawn, stream
from tests.console.story import done, planned, planning, working

MOMENTS = {"planning": planning, "planned": planned, "working": working, "done": done}


def told(events: Sequence[Event]) -> tuple[Board, float]:
    """The board after events that come half a second apart, and the time then."""
    board, now = Board(), 0.0
    for event in events:
        now += 0.5
        board = after(board, event, now)
    return board, now


@pytest.mark.parametrize("moment", MOMENTS)
def test_each_moment_has_its_picture(moment: str, snapshot: SnapshotAssertion) -> None:
    board, now = told(MOMENTS[moment]())
    assert drawn(tree(board, now, still=moment == "done")) == snapshot


def test_a_narrow_terminal_without_unicode_gets_ascii(snapshot: SnapshotAssertion) -> None:
    board, now = told(working())
    label = drawn(tree(board, now, width=40, plain=True), width=40)
    assert all(len(line) <= 40 for line in label.splitlines())
    assert label == snapshot


def test_what_a_model_says_is_text_and_never_markup_or_an_escape() -> None:
    picture = drawn(tree(*told(working())))
    assert "[red]a title[/red]" in picture
    assert "\x1b" not in picture


def test_a_rate_falls_while_nothing_comes() -> None:
    board, now = told(working())
    row = board.row("t2")
    assert row is not None
    assert row.rate(now) == pytest.approx(2.0)
    assert row.rate(now + 10) < 0.2


def test_the_last_picture_stays_and_the_cursor_comes_back() -> None:
    file = io.StringIO()
    with LiveView(stream(file, terminal=True), clock=lambda: 1.0) as view:
        for event in done():
            view.see(event)
    text = file.getvalue()
    assert "✓ t3 documentation Compare the README" in text.split("\x1b[2K")[-1]
    assert text.rstrip().endswith("\x1b[?25h")


def test_a_question_is_not_drawn_over() -> None:
    file = io.StringIO()
    with LiveView(stream(file, terminal=True), clock=lambda: 1.0) as view:
        for event in working():
            view.see(event)
        with view.pause():
            file.write("QUESTION\n")
            before = len(file.getvalue())
        redrawn = file.getvalue()[before:]
    cursor_up = "\x1b[1A"
    assert cursor_up not in redrawn.split("coordinator")[0]


def test_a_failed_run_is_marked(snapshot: SnapshotAssertion) -> None:
    board, now = told([*planned(), Failed(message="no", hint="", exit_code=4)])
    assert drawn(tree(board, now, still=True)) == snapshot
