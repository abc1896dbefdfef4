"""Cadre as a process: signals, and readers that go away."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import PIPE, Popen

import pytest

from tests.cli.conftest import STORY, Place

SLOWLY = tuple(
    {**turn, "delay": 30.0} if turn["role"] == "testing" and "text" in turn else turn
    for turn in STORY
)
"""The testing specialist never comes to its answer."""


@contextmanager
def begun(place: Place) -> Iterator[Popen[str]]:
    """A run that hangs in the middle, once it is there."""
    place.play(*SLOWLY)
    args = ("run", "Look", "--session", "s", "--json", *place.flags)
    with place.start(*args, stdout=PIPE, stderr=PIPE) as process:
        assert process.stdout
        for line in process.stdout:
            if '"list_files"' in line and json.loads(line)["type"] == "tool_called":
                break
        yield process
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_stops_cleanly_and_says_how_to_go_on(
    number: signal.Signals, place: Place
) -> None:
    with begun(place) as process:
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
        assert process.returncode == 130
    assert err.splitlines() == ["stopped; continue with: cadre resume s"]
    assert json.loads(out.splitlines()[-1])["type"] == "failed"


def test_a_stopped_run_goes_on_without_running_a_tool_twice(place: Place) -> None:
    with begun(place) as process:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    place.play(*STORY)
    with place.start("resume", "s", "--json", *place.model, stdout=PIPE, stderr=PIPE) as resumed:
        out, _ = resumed.communicate(timeout=60)
        assert resumed.returncode == 0
    assert json.loads(out.splitlines()[-1])["type"] == "reported"
    with place.start("sessions", "show", "s", stdout=PIPE) as shown:
        out, _ = shown.communicate(timeout=60)
    evidence = [line.split("]")[0] for line in out.splitlines() if line.startswith("  [")]
    assert evidence
    assert len(evidence) == len(set(evidence))


def test_a_second_ctrl_c_ends_at_once_though_the_first_cannot_finish(place: Place) -> None:
    code = (
        "import asyncio, time\n"
        "from console.interrupts import Interrupts\n"
        "async def stubborn():\n"
        "    print('ready', flush=True)\n"
        "    while True:\n"
        "        try: await asyncio.sleep(60)\n"
        "        except asyncio.CancelledError: time.sleep(60)\n"
        "Interrupts().drive(stubborn)\n"
    )
    argv = [place.argv[0], "-P", "-c", code]
    with Popen(argv, env=place.environment, stdout=PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=5) == 130
        assert time.monotonic() - began < 2


def test_a_reader_that_leaves_stops_the_run_which_can_be_resumed(place: Place) -> None:
    args = ("run", "Look", "--session", "s", "--json", *place.flags)
    with place.start(*args, stdout=PIPE, stderr=PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read()
        assert process.wait(timeout=30) == 130
    assert err.splitlines() == [
        "stopped, since nobody reads the output any more; continue with: cadre resume s"
    ]


def test_a_reader_that_leaves_after_the_run_takes_nothing_away(place: Place) -> None:
    args = ("run", "Look", "--session", "s", *place.flags)
    with place.start(*args, stdout=PIPE, stderr=PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        err = process.stderr.read()
        assert process.wait(timeout=30) == 0
    assert err.splitlines()[-1] == "the rest of the report: cadre sessions show s"
    assert "Traceback" not in err


def test_a_list_may_be_read_in_part(place: Place) -> None:
    with place.start("agents", stdout=PIPE, stderr=PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        err = process.stderr.read()
        assert process.wait(timeout=30) == 0
    assert err == ""


def test_a_chat_without_a_terminal_is_left_by_ctrl_c(place: Place) -> None:
    with place.start("chat", *place.flags, stdin=PIPE, stdout=PIPE, stderr=PIPE) as process:
        assert process.stdin
        assert process.stderr
        process.stdin.write("/no_think\n")
        process.stdin.flush()
        assert process.stderr.readline() == "thinking off\n"
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        assert process.returncode == 130
