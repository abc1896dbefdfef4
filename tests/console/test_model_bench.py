"""`cadre models bench` on tiny models: the table, the object, Ctrl-C, and what cannot be timed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from console.exits import Exit
from console.model_commands.bench import bench, parse_concurrency
from console.rates_report import NO_LIMIT, show_rates
from models.errors import CadreError, ModelError, UsageError
from models.rates import Rates, Spread, Work
from models.rates.rates import Model, Rate
from models.rates.surroundings import Surroundings
from tests.console.conftest import Screen
from tests.models.tiny import write_tiny

Captured = pytest.CaptureFixture[str]

MACHINE = Surroundings(
    processor="A CPU",
    cores=8,
    system="Linux x86_64",
    load=0.25,
    llama_cpp_python="0.3.36",
    backends=("RPC", "CPU"),
    accelerators=(),
)
RATE = Rate(
    concurrency=1,
    runs=3,
    first_token_seconds=Spread(median=0.42, lowest=0.4, highest=0.47),
    prefill=Spread(median=1203.0, lowest=1180.0, highest=1250.0),
    decode=Spread(median=60.0, lowest=48.2, highest=66.0),
    step_bytes=2**30,
    decode_limit=80.0,
)
RATES = Rates(
    model=Model(
        reference="m",
        file="m.gguf",
        quantization="Q4_K_M",
        architecture="qwen3moe",
        parameters=30_000,
        active_parameters=3_000,
        file_bytes=2**34,
    ),
    machine=MACHINE,
    threads=8,
    work=Work(),
    load_seconds=1.5,
    warm_up_seconds=0.5,
    bandwidth=Spread(median=40e9, lowest=38e9, highest=41e9),
    rates=(RATE,),
    interrupted=False,
)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("bench") / "tiny.gguf", context=512)


@pytest.fixture(autouse=True)
def one_thread(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CADRE_THREADS", "1")


def test_rates_are_shown_beside_their_limit(screen: Screen) -> None:
    show_rates(screen.terminal.out, RATES)
    out = screen.out.getvalue()
    assert "Q4_K_M, 16.0 GiB, 30,000 parameters, 3,000 active" in out
    assert "A CPU, 8 cores, 8 threads; load 0.25 before" in out
    assert "40.0 (38.0–41.0) GB/s; a token alone reads 1.0 GiB" in out
    last = " ".join(out.splitlines()[-1].split())
    assert last == "1 0.42 (0.40–0.47) 1,203 (1,180–1,250) 60.0 (48.2–66.0) 80.0 75%"


def test_without_a_limit_it_is_said_why(screen: Screen) -> None:
    rate = RATE.model_copy(update={"decode_limit": None, "decode": None})
    show_rates(screen.terminal.out, RATES.model_copy(update={"rates": (rate,)}))
    out = " ".join(screen.out.getvalue().split())
    assert NO_LIMIT in out
    assert "of it" not in out
    assert out.endswith("1,203 (1,180–1,250) –")


def test_json_is_one_object_and_progress_goes_to_stderr(tiny: Path, capsys: Captured) -> None:
    code = bench(str(tiny), prompt=20, new=6, concurrency="2", rounds=1, json=True)
    assert code is Exit.DONE
    told = capsys.readouterr()
    assert told.out.count("\n") == 1
    found = json.loads(told.out)
    assert found["model"]["quantization"] == "F16"
    assert (found["threads"], found["interrupted"]) == (1, False)
    assert "CPU" in found["machine"]["backends"]
    (rate,) = found["rates"]
    assert (rate["concurrency"], rate["runs"]) == (2, 1)
    assert rate["decode"]["lowest"] <= rate["decode"]["median"] <= rate["decode"]["highest"]
    assert rate["decode_limit"] > 0
    assert told.err.splitlines() == ["loading tiny.gguf", "round 1 of 1: 2 requests at once"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGINT")
def test_ctrl_c_shows_what_was_measured(tiny: Path) -> None:
    script = (
        "import sys; from console.model_commands.bench import bench;"
        f"sys.exit(bench({str(tiny)!r}, prompt=8, new=8, concurrency='1', rounds=9999, json=True))"
    )
    argv = [sys.executable, "-c", script]
    root = Path(__file__).parent.parent.parent
    with subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root
    ) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        for line in process.stderr:
            if line.startswith("round 2 of"):  # so that one round is whole
                break
        os.kill(process.pid, signal.SIGINT)
        found = json.loads(process.stdout.read())
        last = process.stderr.read().splitlines()[-1]
    assert process.returncode == Exit.INTERRUPTED
    assert found["interrupted"] is True
    assert 1 <= found["rates"][0]["runs"] < 9999
    assert last.startswith("stopped")


@pytest.mark.parametrize(
    ("typed", "says", "exit"),
    [
        ({"prompt": 0}, "--prompt cannot be 0", Exit.USAGE),
        ({"rounds": 0}, "--rounds cannot be 0", Exit.USAGE),
        ({"new": 3}, "--new cannot be 3", Exit.USAGE),
        ({"threads": 0}, "--threads cannot be 0", Exit.USAGE),
        ({"threads": 10**9}, "--threads cannot be", Exit.USAGE),
        ({"concurrency": "1,x"}, "--concurrency cannot be '1,x'", Exit.USAGE),
        ({"prompt": 600}, "has a context of 512", Exit.USAGE),
        ({"prompt": 400, "new": 6, "concurrency": "9"}, "never decode together", Exit.USAGE),
    ],
)
def test_work_that_cannot_be_is_one_error_with_its_hint(
    typed: dict[str, object], says: str, exit: Exit, tiny: Path, capsys: Captured
) -> None:
    with pytest.raises(CadreError, match=says) as refused:
        bench(str(tiny), **typed)  # type: ignore[arg-type]  # a table of flags
    assert refused.value.hint
    assert Exit.of(refused.value) is exit
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("reference", ["scripted:turns.json", "no-such-file.gguf", "Qwen9-1B"])
def test_a_model_that_cannot_be_timed_is_a_model_error(reference: str) -> None:
    with pytest.raises(ModelError) as refused:
        bench(reference)
    assert refused.value.hint


def test_concurrency_is_read_once_each_and_in_order() -> None:
    assert parse_concurrency(" 4,1, 2,4") == (1, 2, 4)


@pytest.mark.parametrize(
    "text", ["", ",", "0", "65", "-1", "1;2", "1.5", "٣", "9999999999", "1,,2"]
)
def test_a_concurrency_that_is_none_says_how_it_is_written(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_concurrency(text)
    assert "--concurrency 1,2,4" in refused.value.hint
