"""`cadre models inspect` on a screen and as JSON."""

import json
from pathlib import Path

import pytest

from console.exits import Exit
from console.model_commands.inspect import inspect, show_inspection
from models.errors import ModelError
from models.inspection import inspect as look
from tests.console.conftest import Screen
from tests.models.inspection.shapes import (
    F32,
    qwen3_06b,
    qwen3_30b_a3b,
    qwen3_next_80b_a3b,
    write_parts,
    write_shape,
)

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def test_a_sound_file_ends_well(tmp_path: Path, capsys: Captured) -> None:
    assert inspect(str(write_shape(tmp_path / "m.gguf", qwen3_30b_a3b(64)))) is Exit.DONE
    out, err = capsys.readouterr()
    assert out.startswith("Qwen3 30B A3B\n")
    for told in (
        "qwen3moe, mixture of experts",
        "128 in each layer, 8 active, 768 wide",
        "bytes a token: 98,304 in F16, 52,224 in Q8_0; the whole context in F16: 3.8 GiB",
        "</think> 61",
        "family qwen3, thinks or not, as it is asked to, tool calls as JSON",
        "18,798,870,528",
        "sound: every tensor is there, in its place and shape",
    ):
        assert told in out
    assert err == ""


def test_a_broken_rule_ends_with_three_and_stands_last(tmp_path: Path, capsys: Captured) -> None:
    shape = qwen3_30b_a3b(64).but({"blk.7.ffn_gate_inp.weight": None})
    assert inspect(str(write_shape(tmp_path / "m.gguf", shape))) is Exit.CONFIGURATION
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "broken  blk.7.ffn_gate_inp.weight: expected [2048, 128], found nothing"


def test_json_is_one_object_with_everything(tmp_path: Path, capsys: Captured) -> None:
    shape = qwen3_06b(64).but({"blk.40.attn_q.weight": ((1024, 2048), F32)})
    path = write_shape(tmp_path / "m.gguf", shape)
    assert inspect(str(path), as_json=True) is Exit.CONFIGURATION
    out, err = capsys.readouterr()
    assert (out.count("\n"), err) == (1, "")
    told = json.loads(out)
    assert told["file"] == str(path)
    assert told["sound"] is False
    assert told["kv_bytes_per_token"] == {"f16": 114_688, "q8_0": 60_928}
    assert told["dimensions"]["kv_heads"] == 8
    assert told["findings"][0]["where"] == "blk.40.attn_q.weight"


def test_a_hybrid_tells_of_its_state_and_its_shared_expert(screen: Screen, tmp_path: Path) -> None:
    path = write_shape(tmp_path / "m.gguf", qwen3_next_80b_a3b(64))
    show_inspection(screen.terminal.out, look(str(path)))
    out = " ".join(screen.out.getvalue().split())
    assert "48: 12 of attention, 36 of Gated DeltaNet" in out
    assert "beside one that is shared, 512 wide" in out
    assert "a state of 79,036,416 bytes for each sequence" in out


def test_many_findings_are_cut_and_json_has_them_all(tmp_path: Path, capsys: Captured) -> None:
    paths = write_parts(tmp_path, qwen3_30b_a3b(64), 3)
    paths[1].unlink()
    assert inspect(str(paths[0])) is Exit.CONFIGURATION
    lines = capsys.readouterr().out.splitlines()
    assert "2; missing: model-00002-of-00003.gguf" in lines[-21]
    inspect(str(paths[0]), as_json=True)
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert lines[-1] == f"and {len(findings) - 20} more findings; all of them: --json"


def test_what_a_file_says_cannot_write_to_the_screen(tmp_path: Path, capsys: Captured) -> None:
    shape = qwen3_06b(64).but({"blk.0.\x1b[2Jevil": ((32,), F32)})
    inspect(str(write_shape(tmp_path / "m.gguf", shape)))
    assert "\x1b" not in capsys.readouterr().out


def test_what_is_no_model_is_an_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_text("<html>")
    with pytest.raises(ModelError, match="a web page") as caught:
        inspect(str(tmp_path / "m.gguf"))
    assert caught.value.hint
