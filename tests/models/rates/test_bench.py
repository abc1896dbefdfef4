"""Tiny models are timed through the engine: what comes out, not how fast."""

from pathlib import Path

import pytest

from models.engine_options import EngineOptions
from models.errors import ModelError
from models.inspection import inspect
from models.loading import Loading
from models.rates import Rates, Sample, Work, open_bench, rates_of
from models.rates.surroundings import surroundings
from tests.models.tiny_next import write_tiny_next

WORK = Work(prompt=100, new=8, concurrency=(1, 3), rounds=2)


def samples(path: Path, work: Work = WORK) -> list[Sample]:
    told: list[tuple[int, int]] = []
    with open_bench(path, work, EngineOptions(), threads=1, on_progress=lambda _: None) as bench:
        assert bench.warm_up() > 0
        found = list(bench.samples(lambda *run: told.append(run)))
    rounds = [(1, n) for n in work.concurrency], [(2, n) for n in work.concurrency[::-1]]
    assert told == [one for turn in rounds[: work.rounds] for one in turn]
    return found


def test_each_round_is_timed_at_each_concurrency_back_and_forth(qwen3_file: Path) -> None:
    found = samples(qwen3_file)
    assert [one.concurrency for one in found] == [1, 3, 3, 1]
    for one in found:
        assert len(one.first_token_seconds) == one.concurrency
        assert one.decode is not None
        assert min(one.decode, one.prefill, one.bandwidth) > 0


@pytest.mark.parametrize("kind", ["mixture", "hybrid"])
def test_mixtures_and_hybrids_are_timed_too(
    kind: str, qwen3moe_file: Path, tiny_folder: Path
) -> None:
    hybrid = tiny_folder / "rates_next.gguf"
    path = qwen3moe_file if kind == "mixture" else write_tiny_next(hybrid)
    work = Work(prompt=40, new=8, concurrency=(2,), rounds=1)
    (found,) = samples(path, work)
    assert found.decode is not None


def test_an_answer_never_ends_early(thinking_file: Path) -> None:
    """This model ends what it says after a few tokens, where it may."""
    work = Work(prompt=4, new=40, concurrency=(1,), rounds=1)
    (found,) = samples(thinking_file, work)
    assert found.decode is not None


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_text("<html>")
    with pytest.raises(ModelError, match="a web page"):
        samples(tmp_path / "m.gguf")


def figures(sequences: int, decode: float | None, bandwidth: float = 1e9) -> Sample:
    return Sample(sequences, (0.5,) * sequences, 100.0, decode, bandwidth)


def summed(path: Path, found: list[Sample], loading: Loading | None = None) -> Rates:
    model, loading = inspect(str(path)), loading or Loading()
    return rates_of("m", model, surroundings(), WORK, loading, found, threads=1, load_seconds=1.0)


def test_the_limit_goes_by_the_best_that_memory_gave(qwen3_file: Path) -> None:
    found = [figures(1, 10.0, 4e9), figures(1, 14.0, 8e9), figures(3, None)]
    one, three = summed(qwen3_file, found, Loading(gpu_layers=0)).rates
    assert (one.concurrency, one.runs, three.concurrency, three.runs) == (1, 2, 3, 1)
    assert one.decode is not None
    assert one.decode.median == 12.0
    assert three.decode is None
    assert one.decode_limit == pytest.approx(8e9 / one.step_bytes)


def test_nothing_measured_is_no_rate(qwen3_file: Path) -> None:
    rates = summed(qwen3_file, [])
    assert (rates.rates, rates.bandwidth) == ((), None)
