"""The benchmarks' own arithmetic and command line; never a time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import arguments, suite
from benchmarks.claim import Asked, Claim, table
from benchmarks.peers import binary
from benchmarks.smollm2 import smollm2_path
from benchmarks.turns import in_turn

NAMES = ("team", "decode")


def claim(asked: Asked) -> Claim:
    return Claim("ours", "theirs", (30.0, 10.0, 12.0), (5.0, 4.0, 90.0), "tokens/s", asked)


def test_a_claim_is_the_ratio_of_two_medians() -> None:
    made = claim(Asked())
    assert (made.figure, made.reference, made.ratio) == (12.0, 5.0, 2.4)


@pytest.mark.parametrize(
    ("asked", "met", "text"),
    [
        (Asked(), True, ""),
        (Asked(least=2.4), True, "≥ 2.4"),
        (Asked(least=2.41), False, "≥ 2.41"),
        (Asked(most=2.4), True, "≤ 2.4"),
        (Asked(most=2), False, "≤ 2"),
        (Asked(least=1, most=3), True, "≥ 1 and ≤ 3"),
    ],
)
def test_a_bound_is_met_or_missed_and_says_what_it_is(asked: Asked, met: bool, text: str) -> None:
    made = claim(asked)
    assert asked.met_by(made.ratio) is met
    assert str(asked) == text
    assert made.row().endswith(f"| 2.4 | {text}{'' if met else ', missed'} |")
    assert made.as_json()["met"] is met


def test_the_table_has_a_cell_for_each_column() -> None:
    lines = table([claim(Asked()), claim(Asked(most=1))]).splitlines()
    assert len(lines) == 4
    assert {line.count("|") for line in lines} == {8}


def test_the_file_keeps_every_round() -> None:
    written = claim(Asked()).as_json()
    assert written["figures"] == (30.0, 10.0, 12.0)
    assert written["references"] == (5.0, 4.0, 90.0)


def test_works_take_turns_and_every_second_round_goes_backwards() -> None:
    order: list[str] = []

    def work(name: str) -> Iterator[float]:
        for figure in (1.0, 2.0, 3.0):
            order.append(name)
            yield figure

    one, other = work("a"), work("b")
    figures = in_turn(3, lambda: next(one), lambda: next(other))
    assert "".join(order) == "abbaab"
    assert figures == [(1.0, 2.0, 3.0), (1.0, 2.0, 3.0)]


def test_without_options_everything_is_measured_on_the_embedded_model() -> None:
    asked = arguments.parse([], NAMES)
    assert asked.names == NAMES
    assert asked.json == arguments.RESULTS
    bench = asked.bench
    assert (bench.model, bench.gpu_layers, bench.peers) == (smollm2_path(), None, None)
    assert bench.threads >= 1


def test_options_choose_model_machine_and_measurements(tmp_path: Path) -> None:
    (tmp_path / "llama-server").touch()
    out, model = tmp_path / "out.json", smollm2_path()
    given = f"--only decode --gpu-layers 7 --threads 3 --rounds 1 --model {model} --json {out}"
    asked = arguments.parse([*given.split(), "--peers", str(tmp_path)], NAMES)
    assert (asked.names, asked.json) == (("decode",), out)
    bench = asked.bench
    assert (bench.model, bench.gpu_layers, bench.threads) == (model, 7, 3)
    assert (bench.rounds, bench.peers) == (1, tmp_path)


def test_a_part_overwrites_no_whole_result() -> None:
    assert arguments.parse(["--only", "team"], NAMES).json is None


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--only", "speed"], "invalid choice: 'speed'"),
        (["--rounds", "0"], "must be positive"),
        (["--threads", "-1"], "must be positive"),
        (["--peers", "nowhere"], "nowhere is no folder"),
        (["--peers", str(Path(__file__).parent)], "no llama-server"),
        (["--model", "nowhere.gguf"], "cannot read nowhere.gguf"),
        (["--json", "nowhere/out.json"], "cannot write nowhere/out.json"),
    ],
)
def test_an_option_that_cannot_be_is_refused(
    argv: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        arguments.parse(argv, NAMES)
    assert said in capsys.readouterr().err


def test_no_peers_can_be_asked_for() -> None:
    assert arguments.parse(["--peers", "none"], NAMES).bench.peers is None


def test_a_program_is_found_somewhere_in_its_folder(tmp_path: Path) -> None:
    program = tmp_path / "lib" / "bin" / "llama-server"
    program.parent.mkdir(parents=True)
    program.touch()
    assert binary(tmp_path, "llama-server") == program
    with pytest.raises(FileNotFoundError, match="no llama-bench"):
        binary(tmp_path, "llama-bench")


def test_without_peers_nothing_is_claimed_about_them() -> None:
    bench = arguments.parse([], NAMES).bench
    assert [suite.measure(name, bench) for name in ("server", "llama-bench")] == [[], []]
