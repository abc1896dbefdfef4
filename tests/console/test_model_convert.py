"""`cadre models convert` and `cadre models quantize`, as a shell sees them."""

import json
from pathlib import Path

import pytest

from console.exits import Exit
from console.model_commands.convert import convert
from console.model_commands.quantize import quantize
from models.errors import ModelError, UsageError
from models.header import check_header
from tests.models.convert.checkpoints import CASES, write_checkpoint


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkpoint; the commands are typed in the folder above it."""
    monkeypatch.chdir(tmp_path)
    return write_checkpoint(tmp_path / "tiny-qwen3moe", CASES["qwen3moe"])


def test_the_path_goes_to_stdout_and_the_story_to_stderr(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert convert(Path("tiny-qwen3moe")) is Exit.DONE
    out, err = capsys.readouterr()
    assert out == f"{tmp_path / 'tiny-qwen3moe-F16.gguf'}\n"
    assert "converted qwen3moe: 39 tensors, " in err
    check_header(Path(out.strip()))


def test_json_is_one_object_and_debug_tells_of_every_tensor(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert convert(folder, Path("out.gguf"), type="BF16", debug=True, json=True) is Exit.DONE
    out, err = capsys.readouterr()
    made = json.loads(out)
    assert made["tensors"] == 39
    assert made["type"] == "bf16"
    assert made["bytes"] == Path("out.gguf").stat().st_size
    assert (
        "blk.2.ffn_up_exps.weight 8 × 48 × 64 bf16 at 536,832 from"
        " model.layers.2.mlp.experts.0.up_proj.weight and 7 more"
    ) in err
    assert sum(" from model." in line or " from lm_head" in line for line in err.splitlines()) == 39


def test_a_file_that_is_quantized_is_named_after_its_type(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    convert(folder)
    capsys.readouterr()
    assert quantize(Path("tiny-qwen3moe-F16.gguf"), "q8_0", json=True) is Exit.DONE
    out, err = capsys.readouterr()
    made = json.loads(out)
    assert made["file"] == str(tmp_path / "tiny-qwen3moe-Q8_0.gguf")
    assert made["bytes"] < made["bytes_before"]
    assert "tiny-qwen3moe-Q8_0.gguf: 50 %, tensor " in err


def test_what_cannot_be_is_an_error_with_a_hint(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"unknown type 'bf61' \(did you mean bf16\?\)"):
        convert(folder, type="bf61")
    with pytest.raises(UsageError, match=r"known: f32, f16, bf16, q8_0; smaller ones: cadre"):
        convert(folder, type="?")
    with pytest.raises(ModelError, match="is no folder"):
        convert(Path("elsewhere"))
    with pytest.raises(UsageError, match="did you mean Q4_K_M"):
        quantize(Path("none.gguf"), "Q4KM")
    with pytest.raises(ModelError, match=r"cannot read .*none\.gguf"):
        quantize(Path("none.gguf"), "Q4_K_M")


def test_an_interruption_is_told_and_leaves_nothing(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("console.model_commands.convert._show", interrupt)
    assert convert(folder, debug=True) is Exit.INTERRUPTED
    assert "stopped; tiny-qwen3moe-F16.gguf is as it was" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["tiny-qwen3moe"]
