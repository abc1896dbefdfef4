"""Plain lines: what is told where nothing can be drawn."""

from syrupy.assertion import SnapshotAssertion

from console.lines import Lines
from tests.console.conftest import Screen
from tests.console.story import done


def test_a_run_is_told_in_plain_lines(screen: Screen, snapshot: SnapshotAssertion) -> None:
    with Lines(screen.terminal.err) as lines:
        for event in done():
            lines.see(event)
    assert screen.err.getvalue() == snapshot
    assert screen.out.getvalue() == ""
    assert "\x1b" not in screen.err.getvalue()
