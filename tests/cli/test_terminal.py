"""The live view and the prompt in a real terminal, which tmux plays."""

import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.cli.conftest import Place
from tests.graphs.team_at_work import ACCEPT, call, plan_turn, say

pytestmark = pytest.mark.skipif(
    shutil.which("tmux") is None, reason="tmux is not installed: no terminal to look at"
)


@dataclass
class Window:
    """One terminal of 100 by 30 characters with a shell in it."""

    socket: str

    def type(self, *keys: str) -> None:
        self._tmux("send-keys", "-t", "main", *keys)

    def picture(self) -> str:
        return self._tmux("capture-pane", "-p", "-t", "main")

    def wait_for(self, text: str, seconds: float = 30) -> str:
        """The picture, once the text is in it."""
        end = time.monotonic() + seconds
        while text not in (picture := self.picture()):
            assert time.monotonic() < end, f"no {text!r} in:\n{picture}"
            time.sleep(0.05)
        return picture

    def _tmux(self, *args: str) -> str:
        argv = ["tmux", "-L", self.socket, "-f", "/dev/null", *args]
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def window(place: Place) -> Iterator[Window]:
    window = Window(f"cadre-{place.folder.name}")
    size = ("-x", "100", "-y", "30")
    shell = ("env", "PS1=$ ", "TERM=screen-256color", "bash", "--norc", "--noprofile")
    argv = ("tmux", "-L", window.socket, "-f", "/dev/null", "new-session", "-d", "-s", "main")
    subprocess.run([*argv, *size, *shell], check=True, env=place.environment, cwd=place.folder)
    yield window
    subprocess.run(["tmux", "-L", window.socket, "kill-server"], check=False)


def typed(place: Place, *args: str) -> str:
    return shlex.join([*place.argv, *args, *place.flags])


def test_a_run_is_drawn_a_question_is_answered_and_the_report_stands_below(
    place: Place, window: Window
) -> None:
    place.play(
        plan_turn(("a", "testing", []), ("b", "ci_cd", [])),
        say("testing", "Not run.", thinking="It was not run, so I say so.", delay=0.1, split=2),
        say("ci_cd", "There is no workflow."),
        ACCEPT,
        say("coordinator/report", "# Result\n\nNothing **ran**."),
    )
    window.type(typed(place, "run", "Look", "--session", "s"), "Enter")
    assert "run_tests" in window.wait_for("y/n/e/d/s/a >")  # the survey's own proposal
    window.type("n", "Enter")
    window.wait_for("why")
    window.type("too slow", "Enter")
    window.wait_for("It was not run")
    picture = window.wait_for("cadre thoughts s")
    assert "y/n/e/d/s/a > n" in picture
    assert "├── ✓ t1 testing" in picture
    assert "└── ✓ t2 ci_cd" in picture
    assert "Nothing ran." in picture
    assert "too slow" in picture.split("Open questions")[1]


def test_ctrl_c_in_a_terminal_stops_the_run_and_gives_the_cursor_back(
    place: Place, window: Window
) -> None:
    place.play(plan_turn(("a", "testing", [])), say("testing", "never", delay=60))
    run = typed(place, "run", "Look", "--session", "s", "--approve", "read")
    window.type(f"{run}; echo code $?", "Enter")
    window.wait_for("t1 testing")
    window.type("C-c")
    window.wait_for("stopped; continue with: cadre resume s")
    window.wait_for("code 130")


def test_the_prompt_answers_stops_and_is_left(place: Place, window: Window) -> None:
    window.type(typed(place, "chat", "--approve", "read") + "; echo code $?", "Enter")
    window.wait_for("cadre>")
    window.type("/agent", "Enter")
    window.wait_for("did you mean /agents?")
    window.type("/think", "Enter")
    window.wait_for("thinking on")
    window.type("Look at the tests", "Enter")
    window.wait_for("There is one test [t1.1].")
    window.type("C-c")
    window.wait_for("leave with Ctrl-D or /quit")
    window.type("C-d")
    window.wait_for("code 0")


def test_ctrl_c_in_the_prompt_stops_a_run_and_comes_back(place: Place, window: Window) -> None:
    place.play(plan_turn(("a", "testing", [])), say("testing", "never", delay=60))
    window.type(typed(place, "chat", "--approve", "read") + "; echo code $?", "Enter")
    window.wait_for("cadre>")
    window.type("Look", "Enter")
    window.wait_for("t1 testing")
    window.type("C-c")
    picture = window.wait_for("stopped; continue with")
    window.type("/quit", "Enter")
    window.wait_for("code 0")
    assert "Traceback" not in picture


def test_ctrl_c_at_the_question_of_an_undo_restores_nothing(place: Place, window: Window) -> None:
    place.play(
        call("documentation", "write_file", path="new.md", content="# New\n"),
        say("documentation", "Written."),
        say("coordinator/report", "Written."),
    )
    argv = [*place.argv, "docs", "--approve", "edit", "--session", "s", *place.flags]
    subprocess.run(argv, check=True, env=place.environment, cwd=place.folder, capture_output=True)
    window.type(shlex.join([*place.argv, "sessions", "undo", "s"]), "Enter")
    assert "-# New" in window.wait_for("as shown? y/n >")
    window.type("C-c")
    picture = window.wait_for("nothing was restored")
    assert "Traceback" not in picture
    assert (place.repo / "new.md").exists()
