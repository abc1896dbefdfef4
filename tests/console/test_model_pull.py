"""`cadre models pull` and `cadre models rm`, as a shell sees them."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.model_commands.pull import pull
from console.model_commands.remove import remove
from models.errors import ModelError, UsageError
from models.hub import Hub, hub_name, located
from tests.models.hub.served import REPOSITORY, Bytes, Served, serve

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

PLAIN = f"hf:{REPOSITORY}"
Q4 = "Tiny-Q4_K_M.gguf"
TOKEN = "-".join(["not", "a", "real", "token"])
COMMAND = """
import sys
from console.edge import last_word
from console.model_commands.pull import pull
try:
    sys.exit(pull(sys.argv[1]))
except Exception as error:
    sys.exit(last_word(error, json=False))
"""


@pytest.fixture
def served(socket_enabled: None) -> Iterator[Served]:
    with serve() as server:
        server.files[Q4] = bytes(range(256)) * 1200
        yield server


@pytest.fixture
def hub(served: Served, tmp_path: Path) -> Hub:
    return Hub(served.url, tmp_path / "hub", TOKEN)


def shell(hub: Hub, **environment: str) -> subprocess.Popen[str]:
    """The command in a process of its own, which knows the hub from its environment alone."""
    known = {
        "PATH": os.environ["PATH"],
        "HOME": str(hub.cache.parent),
        "HF_ENDPOINT": hub.endpoint,
        "HF_HUB_CACHE": str(hub.cache),
        "HF_TOKEN": TOKEN,
    }
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, PLAIN],
        env=known | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_pull_tells_on_stderr_and_gives_the_path_on_stdout(
    hub: Hub, served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pull(PLAIN, hub=hub) == 0
    out, err = capsys.readouterr()
    assert Path(out.strip()).read_bytes() == served.files[Q4]
    assert "pulling Tiny-Q4_K_M, 300 KiB" in err
    assert "% of 300 KiB, " in err
    assert "/s, checksum right" in err
    assert pull(PLAIN, hub=hub) == 0
    assert f"{PLAIN} is on disk: 300 KiB" in capsys.readouterr().err


def test_a_bar_on_a_terminal_shows_bytes_speed_and_time_left(
    hub: Hub, served: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")
    served.bytes = [Bytes(most=200_000)]
    assert pull(PLAIN, hub=hub) == 0
    err = capsys.readouterr().err
    assert "Tiny-Q4_K_M" in err
    assert "of 300 KiB" in err
    assert "/s" in err
    assert "left" in err
    assert "the connection was cut" in err


def test_a_pull_for_a_machine_gives_one_object_then_rm_frees_the_bytes(
    hub: Hub, served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pull(PLAIN, json=True, hub=hub) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["bytes"], told["quantisation"]) == (len(served.files[Q4]), "Q4_K_M")
    with pytest.raises(UsageError, match="--yes"):
        remove([PLAIN], cache=hub.cache)
    capsys.readouterr()
    assert remove([PLAIN], yes=True, cache=hub.cache) == 0
    out, err = capsys.readouterr()
    assert out == f"removed {PLAIN}, 300 KiB freed\n"
    assert f"{PLAIN}:Q4_K_M  300 KiB" in err
    assert not Path(told["path"]).exists()


def test_all_must_be_on_disk_before_the_first_is_removed(hub: Hub, served: Served) -> None:
    pull(PLAIN, hub=hub)
    with pytest.raises(ModelError, match="hf:no/body is not on disk"):
        remove([PLAIN, "hf:no/body"], yes=True, cache=hub.cache)
    assert located(hub_name(PLAIN), hub.cache)


def test_offline_takes_what_is_on_disk_and_else_says_so(hub: Hub, served: Served) -> None:
    process = shell(hub, HF_HUB_OFFLINE="1")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert f"error: HF_HUB_OFFLINE is set, and {PLAIN} is not on disk" in err
    pull(PLAIN, hub=hub)
    served.asked.clear()
    process = shell(hub, HF_HUB_OFFLINE="1")
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert Path(out.strip()).exists()
    assert not served.asked


def test_ctrl_c_keeps_what_came_and_says_how_to_go_on(
    hub: Hub, served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    served.bytes = [Bytes(most=200_000, hang=True)]
    process = shell(hub)
    assert process.stderr is not None
    while "60 %" not in (line := process.stderr.readline()):
        assert line
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert f"of 300 KiB; go on with: cadre models pull {PLAIN}" in err
    assert served.asked_for("head")[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert pull(PLAIN, hub=hub) == 0
    out, err = capsys.readouterr()
    assert int(served.ranges[-1].partition("=")[2].partition("-")[0]) > 180_000
    assert "KiB are here" in err
    assert Path(out.strip()).read_bytes() == served.files[Q4]
