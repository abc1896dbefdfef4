"""The last lines of a run that has lost a worker."""

import json
import multiprocessing

import pytest

from console.json_lines import JsonLines
from console.lost_worker import losses_told
from console.terminal import this_terminal
from graphs.events import TaskStarted
from models.errors import RunError
from models.lost_worker import end

SPAWN = multiprocessing.get_context("spawn")


def lose(as_json: bool) -> None:
    """A run that has told one event, and then loses a worker."""
    lines = JsonLines() if as_json else None
    if lines:
        lines.see(TaskStarted(session="s", seq=7, role="testing", task="t1", goal="Look"))
    with losses_told(this_terminal(), lines):
        end(RunError("the RPC worker at 127.0.0.1:50052 is gone", "start it again"))


@pytest.mark.parametrize("as_json", [False, True])
def test_a_loss_is_the_last_event_and_the_last_lines(
    as_json: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    process = SPAWN.Process(target=lose, args=(as_json,))
    process.start()
    process.join(60)
    assert process.exitcode == 4
    out, err = capfd.readouterr()
    assert err == "error: the RPC worker at 127.0.0.1:50052 is gone\nhint: start it again\n"
    told = [json.loads(line) for line in out.splitlines()]
    assert [one["type"] for one in told] == (["task_started", "failed"] if as_json else [])
    if as_json:
        last = told[-1]
        assert (last["session"], last["seq"], last["exit_code"]) == ("s", 8, 4)
        assert last["hint"] == "start it again"
