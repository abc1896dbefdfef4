"""The card, and what a person may answer."""

import io

import pytest
from syrupy.assertion import SnapshotAssertion

from agents.role import Role
from console.approval import Person, card
from console.lines import Lines
from graphs.approvals import Decision
from graphs.events import ApprovalAsked
from tests.console.conftest import drawn, stream


def asked(tool: str = "run", reason: str = "it runs a command") -> ApprovalAsked:
    arguments: dict[str, object] = {"command": ["pytest", "-q", "tests/a b.py"]}
    return ApprovalAsked(
        role=Role.TESTING, task="t1", tool=tool, arguments=arguments, reason=reason
    )


class Answers:
    """A person with their answers ready; leaves when they are used up."""

    def __init__(self, *lines: str) -> None:
        self._lines = list(lines)

    async def __call__(self, question: str) -> str:
        if not self._lines:
            raise EOFError
        return self._lines.pop(0)


def person(*lines: str) -> Person:
    err = stream(io.StringIO())
    return Person(err, Lines(err), Answers(*lines))


def test_the_card_shows_all_that_would_run(snapshot: SnapshotAssertion) -> None:
    assert drawn(card(asked(), left=3)) == snapshot


def test_a_card_obeys_no_markup_and_no_escape() -> None:
    shown = drawn(card(asked(reason="[bold]safe[/bold]\x1b[2J\x1b[8mhidden")))
    assert "[bold]safe[/bold]hidden" in shown
    assert "\x1b" not in shown


def test_a_long_command_is_shown_to_its_end() -> None:
    long = ApprovalAsked(
        role=Role.TESTING,
        task="t1",
        tool="run",
        arguments={"command": ["echo", *["word"] * 200, "rm-the-end"]},
        reason="",
    )
    assert "rm-the-end" in drawn(card(long))


@pytest.mark.parametrize(
    ("lines", "decision"),
    [
        (["y"], Decision(approved=True)),
        ([" YES "], Decision(approved=True)),
        (["n", " too slow "], Decision(approved=False, reason="too slow")),
        (["", "what", "y"], Decision(approved=True)),
        ([], Decision(approved=False, reason="nobody answered")),
    ],
)
async def test_an_answer_is_a_decision(lines: list[str], decision: Decision) -> None:
    assert await person(*lines).decide([asked()]) == [decision]


async def test_yes_to_all_holds_for_that_tool_and_for_the_whole_run() -> None:
    someone = person("a", "n", "no")
    assert await someone.decide([asked(), asked()]) == [Decision(approved=True)] * 2
    assert await someone.decide([asked()]) == [Decision(approved=True)]
    assert await someone.decide([asked("edit")]) == [Decision(approved=False, reason="no")]
