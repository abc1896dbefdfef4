"""A full disk under the session store: one clear line, nothing lost, resumable after."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.graphs.team_at_work import ACCEPT, REPORT, call, make_repo, plan_turn, say
from tests.mounting import UNSHARE, can_mount

CADRE = [sys.executable, "-P", "-m", "cli"]
SCRIPT = """
mount -t tmpfs -o size=400k tmpfs "$CADRE_STATE_DIR"
"$@" run x --session s || echo "exit $?"
mount -o remount,size=20m "$CADRE_STATE_DIR"
"$@" resume s
"""

TURNS = (
    plan_turn(("a", "testing", [])),
    *(call("testing", "read_file", path=f"big{n}.txt") for n in range(6)),
    say("testing", "All is read [t1.1]."),
    ACCEPT,
    REPORT,
)


@pytest.mark.skipif(not can_mount(), reason="a file system cannot be mounted here")
def test_a_run_that_fills_the_disk_says_so_and_is_resumed(tmp_path: Path) -> None:
    repo, state, script = make_repo(tmp_path / "repo"), tmp_path / "state", tmp_path / "s.json"
    for n in range(6):
        (repo / f"big{n}.txt").write_text(f"{n} line of words\n" * 2000)
    state.mkdir()
    script.write_text(json.dumps({"turns": TURNS}))
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "CADRE_STATE_DIR": str(state),
        "CADRE_MODEL": f"scripted:{script}",
    }
    ran = subprocess.run(
        [*UNSHARE, SCRIPT, "sh", *CADRE],
        cwd=repo,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "error: the disk is full under the session store" in ran.stderr
    assert "cadre resume" in ran.stderr
    assert "exit 4" in ran.stdout
    assert "Traceback" not in ran.stderr
    assert "The tests fail" in ran.stdout
