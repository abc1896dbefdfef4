"""`cadre models fit`: for a described machine, for this one, and for those who type nonsense."""

import json
from pathlib import Path
from typing import Any

import pytest

from console.exits import Exit
from console.model_commands.cards import UNASKED
from console.model_commands.fit import KEPT, fit_team
from models import ConfigurationError, ModelError, UsageError
from models.fit import Calibration
from tests.console.test_model_advise import GIB, FakeProbe, probe
from tests.models.fit.sparse import Shape, write_sparse

LARGE = Shape(layers=12, hidden=2048, feed_forward=8192, heads=16, kv_heads=8, head=128)


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a large model for everybody but testing, which has a small one."""
    write_sparse(tmp_path / "large.gguf", LARGE)
    write_sparse(tmp_path / "small.gguf", Shape())
    monkeypatch.setenv("CADRE_MODEL", str(tmp_path / "large.gguf"))
    monkeypatch.setenv("CADRE_ROLES__TESTING__MODEL", str(tmp_path / "small.gguf"))
    monkeypatch.setenv("CADRE_STATE_DIR", str(tmp_path / "state"))
    return tmp_path


def fitted(capsys: pytest.CaptureFixture[str], models: Path, **asked: Any) -> dict[str, Any]:
    assert fit_team(repo=models, json=True, **asked) is Exit.DONE
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_each_file_is_placed_once_with_its_roles(
    capsys: pytest.CaptureFixture[str], models: Path
) -> None:
    told = fitted(capsys, models, vram="24G", ram="64G")
    assert told["context"] == 8192
    large, small = told["models"]
    assert large["reference"] == str(models / "large.gguf")
    assert large["roles"] == ["coordinator", "development", "ci_cd", "github", "documentation"]
    assert small["roles"] == ["testing"]
    assert (large["gpu_layers"], large["layers"]) == (13, 12)
    assert large["devices"] == ["GPU0"]
    assert [one["name"] for one in told["devices"]] == ["memory", "GPU0"]
    assert told["devices"][1]["free_bytes"] == 23 * GIB
    planned = sum(buffers["total"] for one in told["models"] for buffers in one["predicted"][1:])
    assert planned < told["devices"][1]["planned_bytes"] <= 23 * GIB
    assert told["given_up"] == []


def test_what_is_given_up_is_said(capsys: pytest.CaptureFixture[str], models: Path) -> None:
    fit_team(repo=models, ram="4G", context=32768, concurrency=4)
    told = capsys.readouterr().out
    assert "keys and values are kept in q8_0, not in f16" in told
    assert "each request has 16,384 tokens of context, not 32,768" in told


def test_people_read_where_each_part_stands(
    capsys: pytest.CaptureFixture[str], models: Path
) -> None:
    fit_team(repo=models, vram="1G,3G", ram="16G")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "for 8,192 tokens of context and 3 requests at a time, "
        "on 896 MiB on GPU0, 2.6 GiB on GPU1, 12.0 GiB of memory"
    )
    (where,) = (line for line in lines if line.startswith("  coordinator,"))
    assert where.endswith("all of its 12 layers on GPU1")
    (testing,) = (line for line in lines if line.startswith("  testing:"))
    assert testing.endswith("all of its 3 layers on GPU0")
    assert any(line.startswith("together, with 5% to spare: memory ") for line in lines)


def test_this_machine_is_asked_for_its_accelerators(
    capsys: pytest.CaptureFixture[str], models: Path
) -> None:
    told = fitted(capsys, models, run=probe(cpu=64 * GIB, gpu=6 * GIB))
    assert told["devices"][1] == {
        "name": "gpu", "free_bytes": 6 * GIB, "planned_bytes": told["devices"][1]["planned_bytes"],
    }  # fmt: skip


def test_workers_that_are_named_take_part_and_one_that_is_gone_is_told(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CADRE_WORKERS", '["127.0.0.1:1"]')
    with pytest.raises(ModelError, match=r"no RPC worker at 127.0.0.1:1: ") as caught:
        fit_team(repo=models)
    assert "cadre worker" in caught.value.hint


def test_a_llama_that_dies_leaves_the_memory(
    capsys: pytest.CaptureFixture[str], models: Path
) -> None:
    assert fit_team(repo=models, run=FakeProbe("Illegal instruction")) is Exit.DONE
    assert UNASKED in capsys.readouterr().err


def test_models_take_turns_where_that_is_wanted(
    capsys: pytest.CaptureFixture[str], models: Path
) -> None:
    told = fitted(capsys, models, ram="1690M", context=4096, concurrency=2, swap=True)
    assert told["swapping"]
    assert not told["shared"]
    assert told["given_up"][-1] == "only one model is in memory at a time: they take turns"


def test_a_check_keeps_how_far_the_prediction_was(
    capsys: pytest.CaptureFixture[str], models: Path
) -> None:
    told = fitted(capsys, models, ram="64G", check=True)
    kept = Calibration.read(models / "state" / KEPT)
    assert [one.file for one in kept.differences] == ["large.gguf", "small.gguf"]
    assert all(abs(one.excess) < 0.001 for one in kept.differences)
    assert told["spare"] == 0.05


def test_a_model_that_is_too_large_is_refused_with_what_would_help(models: Path) -> None:
    with pytest.raises(ModelError, match="does not fit even alone") as caught:
        fit_team(repo=models, ram="512M")
    assert f"give it {models / 'small.gguf'}, which fits" in caught.value.hint


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({"context": 0}, UsageError, "--context cannot be 0"),
        ({"context": -5}, UsageError, "--context cannot be -5"),
        ({"context": 100_000}, ModelError, "was trained for 40,960 tokens, not for 100,000"),
        ({"concurrency": 0}, UsageError, "--concurrency cannot be 0"),
        ({"concurrency": 10**9}, UsageError, "--concurrency cannot be 1000000000"),
        ({"vram": "much"}, UsageError, "--vram cannot be 'much'"),
        ({"vram": "1G,,x"}, UsageError, "--vram cannot be 'x'"),
        ({"ram": ""}, UsageError, "--ram cannot be ''"),
    ],
)
def test_nonsense_is_refused_with_what_to_type(
    asked: dict[str, Any], error: type[ConfigurationError], says: str, models: Path
) -> None:
    with pytest.raises(error, match=says) as caught:
        fit_team(repo=models, **{"ram": "16G", **asked})
    assert caught.value.hint


def test_heads_that_are_no_whole_blocks_are_told(models: Path) -> None:
    write_sparse(models / "small.gguf", Shape(head=80))
    with pytest.raises(ModelError, match="its heads of 80 values") as caught:
        fit_team(repo=models, ram="16G", kv="q8_0")
    assert "--kv f16" in caught.value.hint


def test_a_roster_of_scripts_needs_no_memory(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CADRE_MODEL", "scripted:turns.json")
    monkeypatch.setenv("CADRE_ROLES__TESTING__MODEL", "scripted:turns.json")
    with pytest.raises(ModelError, match="no model that needs memory"):
        fit_team(repo=models, ram="16G")


def test_a_file_that_is_not_there_is_named(models: Path) -> None:
    (models / "small.gguf").unlink()
    with pytest.raises(ModelError, match=r"small\.gguf"):
        fit_team(repo=models, ram="16G")
