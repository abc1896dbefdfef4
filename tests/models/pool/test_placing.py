"""A team's models on accelerators: what `cadre models fit` plans is how they are loaded."""

from pathlib import Path

import pytest

from models.engine_options import EngineOptions
from models.fit import Accelerator, Machine, blueprint
from models.loading import Loading
from models.pool.placing import Placing, TeamModels
from tests.models.fit.teams import drawn

MIB, GIB = 1024**2, 1024**3
OPTIONS = EngineOptions(context_tokens=256, threads=1, seed=1)


def placing(
    machine: Machine, *files: Path, loading: Loading | None = None, concurrency: int = 2
) -> tuple[Placing, list[str]]:
    told: list[str] = []
    options = OPTIONS.model_copy(update={"loading": loading or Loading()})
    team = TeamModels(tuple(map(str, files)), concurrency)
    return Placing(team, options, told.append, lambda: machine), told


def machine(ram: int, *cards: int) -> Machine:
    return Machine(ram, tuple(Accelerator(f"CUDA{at}", size) for at, size in enumerate(cards)))


def test_a_model_that_fits_stands_on_the_roomiest_accelerator(qwen3_file: Path) -> None:
    placed, told = placing(machine(10**9, 10**8, 10**9), qwen3_file)
    place = placed.of(qwen3_file)
    assert place
    loading = place.options.loading
    assert loading.gpu_layers == len(blueprint(qwen3_file).layers) + 1
    assert (loading.devices, loading.cpu_expert_layers) == (("CUDA1",), 0)
    assert (place.options.cells, place.options.context_tokens) == (512, 256)
    assert (place.options.threads, place.options.seed, told) == (1, 1, [])


def test_the_experts_of_a_mixture_stay_in_memory_where_the_accelerator_is_small(
    qwen3moe_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = drawn("large", layers=12, layer=20 * MIB, experts=400 * MIB)
    monkeypatch.setattr("models.pool.placing.blueprint", lambda _: large)
    placed, _ = placing(machine(8 * GIB, 3 * GIB), qwen3moe_file)
    place = placed.of(qwen3moe_file)
    assert place
    loading = place.options.loading
    assert (loading.gpu_layers, loading.devices) == (13, ("CUDA0",))
    assert 5 <= loading.cpu_expert_layers <= 7


def test_a_model_that_is_too_large_for_one_accelerator_is_shared_out(
    qwen3moe_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = drawn("large", layers=12, layer=400 * MIB)
    monkeypatch.setattr("models.pool.placing.blueprint", lambda _: large)
    placed, _ = placing(machine(8 * GIB, 3 * GIB, 4 * GIB), qwen3moe_file)
    place = placed.of(qwen3moe_file)
    assert place
    loading = place.options.loading
    assert (loading.gpu_layers, loading.devices) == (13, ("CUDA0", "CUDA1"))
    assert loading.tensor_split == (3 * GIB, 4 * GIB)


def test_models_share_the_accelerators_and_the_first_has_the_best_place(
    qwen3_file: Path, qwen3moe_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dense = drawn("dense", layers=12, layer=200 * MIB)
    monkeypatch.setattr("models.pool.placing.blueprint", lambda _: dense)
    placed, _ = placing(machine(8 * GIB, 4 * GIB), qwen3_file, qwen3moe_file)
    layers = [
        place.options.loading.gpu_layers
        for file in (qwen3_file, qwen3moe_file)
        if (place := placed.of(file))
    ]
    assert layers[0] == 13
    assert layers[1] in range(1, 10)


def test_what_the_settings_say_of_the_place_is_left_alone(qwen3_file: Path) -> None:
    for loading in (Loading(gpu_layers=1), Loading(devices=("CUDA0",)), Loading(offload_kv=False)):
        placed, _ = placing(machine(10**9, 10**9), qwen3_file, loading=loading)
        assert placed.of(qwen3_file) is None
    placed, _ = placing(machine(10**9, 10**9), qwen3_file, loading=Loading(mmap=False))
    place = placed.of(qwen3_file)
    assert place
    assert not place.options.loading.mmap


def test_without_an_accelerator_and_outside_the_team_nothing_is_placed(
    qwen3_file: Path, qwen3moe_file: Path, tmp_path: Path
) -> None:
    assert placing(machine(10**9), qwen3_file)[0].of(qwen3_file) is None
    assert placing(machine(10**9, 10**9), qwen3_file)[0].of(qwen3moe_file) is None
    missing = tmp_path / "missing.gguf"
    placed, _ = placing(machine(10**9, 10**9), missing, qwen3_file)
    assert placed.of(missing) is None
    assert placed.of(qwen3_file)


def test_where_nothing_fits_that_is_told_and_llama_cpp_decides(qwen3_file: Path) -> None:
    placed, told = placing(machine(MIB // 4, MIB // 4), qwen3_file)
    assert placed.of(qwen3_file) is None
    assert placed.of(qwen3_file) is None
    [note] = told
    assert "does not fit even alone" in note
    assert "llama.cpp places it" in note


@pytest.mark.parametrize("concurrency", [1, 3])
def test_each_of_the_requests_at_a_time_has_a_context(qwen3_file: Path, concurrency: int) -> None:
    placed, _ = placing(machine(10**9, 10**9), qwen3_file, concurrency=concurrency)
    place = placed.of(qwen3_file)
    assert place
    assert place.options.cells == max(concurrency, 2) * 256
