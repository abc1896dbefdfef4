"""The program that says which family serves a file."""

import json
from pathlib import Path

import pytest

from models.family_probe import main


@pytest.mark.parametrize(("wanted", "family"), [(None, "qwen3"), ("chatml", "chatml")])
def test_a_file_is_told_its_family(
    wanted: str | None, family: str, qwen3_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(str(qwen3_file), wanted)
    assert json.loads(capsys.readouterr().out)["family"] == family


@pytest.mark.parametrize(("wanted", "says"), [(None, "not a GGUF file"), ("x", "no family x")])
def test_what_cannot_be_served_is_told(
    wanted: str | None,
    says: str,
    qwen3_file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = qwen3_file if wanted else tmp_path / "no.gguf"
    (tmp_path / "no.gguf").write_bytes(b"no model at all" * 9)
    main(str(path), wanted)
    assert says in json.loads(capsys.readouterr().out)["error"]
