"""The card, and what a person may answer."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue
from syrupy.assertion import SnapshotAssertion

from agents.role import Role
from console.approval import Person, read, written
from console.card import card, change
from console.lines import Lines
from graphs.approvals import Decision
from graphs.events import ApprovalAsked
from tests.console.conftest import drawn, stream

COMMAND: dict[str, JsonValue] = {"command": ["pytest", "-q", "tests/a b.py"]}
DIFF = "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-old\n+new\n"


def asked(tool: str = "run", reason: str = "it runs a command", **more: str) -> ApprovalAsked:
    return ApprovalAsked(
        role=Role.TESTING, task="t1", tool=tool, arguments=COMMAND, reason=reason, **more
    )


class Answers:
    """A person with their answers ready; leaves when they are used up."""

    def __init__(self, *lines: str) -> None:
        self._lines = list(lines)
        self.typed: list[str] = []

    async def __call__(self, question: str, typed: str = "") -> str:
        self.typed.append(typed)
        if not self._lines:
            raise EOFError
        return self._lines.pop(0)


def person(*lines: str) -> Person:
    err = stream(io.StringIO())
    return Person(err, Lines(err), Answers(*lines))


def test_the_card_shows_all_that_would_run(snapshot: SnapshotAssertion) -> None:
    assert drawn(card([asked(rule="run: pytest *")])) == snapshot


def test_all_that_waits_stands_on_one_card(snapshot: SnapshotAssertion) -> None:
    edit = asked("edit_file", "it changes files", preview=DIFF)
    assert drawn(card([asked(), edit])) == snapshot


def test_a_long_change_is_cut_and_can_be_seen_whole() -> None:
    long = asked("edit_file", preview=DIFF + "+line\n" * 100 + "+the end\n")
    shown = drawn(card([long]))
    assert "the end" not in shown
    assert "66 more lines" in shown
    assert "the end" in drawn(change(long.preview))


def test_a_card_obeys_no_markup_and_no_escape() -> None:
    shown = drawn(card([asked(reason="[bold]safe[/bold]\x1b[2J\x1b[8mhidden")]))
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
    assert "rm-the-end" in drawn(card([long]))


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


async def test_yes_for_this_run_holds_for_that_tool() -> None:
    someone = person("s", "n", "no")
    assert await someone.decide([asked(), asked()]) == [Decision(approved=True)] * 2
    assert await someone.decide([asked()]) == [Decision(approved=True)]
    assert await someone.decide([asked("edit")]) == [Decision(approved=False, reason="no")]


async def test_all_that_waits_is_answered_at_once() -> None:
    calls = [asked(), asked("edit_file"), asked("write_file")]
    assert await person("Y").decide(calls) == [Decision(approved=True)] * 3
    no = Decision(approved=False, reason="not now")
    assert await person("y", "N", "not now").decide(calls) == [Decision(approved=True), no, no]


async def test_a_call_can_be_rewritten() -> None:
    answers = Answers("e", "pytest -q 'one test'")
    err = stream(io.StringIO())
    decision = (await Person(err, Lines(err), answers).decide([asked()]))[0]
    assert answers.typed[1] == "pytest -q 'tests/a b.py'"
    assert decision == Decision(approved=False, arguments={"command": ["pytest", "-q", "one test"]})


@pytest.mark.parametrize("typed", ["", "pytest 'unclosed", "{broken", '["list"]'])
async def test_what_cannot_be_read_is_asked_again(typed: str) -> None:
    call = asked() if not typed.startswith("[") else asked(tool="edit_file")
    call = (
        call
        if typed.startswith(("{", "p")) or not typed
        else call.model_copy(update={"arguments": {"path": "x"}})
    )
    assert await person("e", typed, "y").decide([call]) == [Decision(approved=True)]


async def test_a_rule_is_shown_before_it_is_kept() -> None:
    screen = io.StringIO()
    err = stream(screen)
    ruled = asked(rule="run: pytest *")
    someone = Person(err, Lines(err), Answers("a", "y"))
    assert await someone.decide([ruled]) == [Decision(approved=True, always=True)]
    assert "from now on, in this repository: run: pytest *" in screen.getvalue()
    assert await person("a", "n", "y").decide([ruled]) == [Decision(approved=True)]


async def test_what_may_not_be_allowed_for_ever_is_asked_again() -> None:
    assert await person("a", "y").decide([asked()]) == [Decision(approved=True)]


@given(
    st.dictionaries(st.text(max_size=8), st.text(max_size=20) | st.integers(), max_size=3)
    | st.fixed_dictionaries({"command": st.lists(st.text(max_size=9), min_size=1, max_size=4)})
)
def test_arguments_are_read_as_they_were_written(arguments: dict[str, JsonValue]) -> None:
    line = written(arguments)
    if set(arguments) != {"command"} or not line.lstrip().startswith("{"):
        assert read(line, arguments) == arguments
