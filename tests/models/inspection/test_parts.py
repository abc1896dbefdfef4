"""Models in several files: the set is found by the name of any, and half a set is told."""

import struct
from pathlib import Path

import pytest

from models.errors import ModelError
from models.inspection import inspect
from tests.models.inspection.shapes import qwen3_30b_a3b, write_parts, write_shape

SHAPE = qwen3_30b_a3b(64)


@pytest.mark.parametrize("named", [0, 2])
def test_any_file_of_a_set_stands_for_the_set(named: int, tmp_path: Path) -> None:
    paths = write_parts(tmp_path, SHAPE, 3)
    whole = inspect(str(write_shape(tmp_path / "whole.gguf", SHAPE)))
    found = inspect(str(paths[named]))
    assert (found.files, found.findings) == (3, ())
    assert found.file == str(paths[0])
    assert found.file_bytes == sum(path.stat().st_size for path in paths)
    assert (found.parameters, found.shares) == (whole.parameters, whole.shares)


def test_half_a_set_is_described_and_what_is_missing_named(tmp_path: Path) -> None:
    paths = write_parts(tmp_path, SHAPE, 3)
    paths[1].unlink()
    found = inspect(str(paths[0]))
    finding = found.findings[0]
    assert finding.rule == "shards"
    assert finding.found == "2; missing: model-00002-of-00003.gguf"
    assert "missing" in {one.rule for one in found.findings[1:]}


def test_without_its_first_file_nothing_is_known_of_a_set(tmp_path: Path) -> None:
    paths = write_parts(tmp_path, SHAPE, 3)
    paths[0].unlink()
    with pytest.raises(ModelError, match="1 of 3 files missing, the first") as caught:
        inspect(str(paths[1]))
    assert "model-00001-of-00003.gguf" in caught.value.message
    assert caught.value.hint


def test_a_file_of_a_set_that_is_truncated_is_named(tmp_path: Path) -> None:
    paths = write_parts(tmp_path, SHAPE, 3)
    with paths[2].open("r+b") as file:
        file.truncate(paths[2].stat().st_size - 1)
    (finding,) = inspect(str(paths[0])).findings
    assert (finding.rule, finding.where) == ("data", str(paths[2]))
    assert "1 of 193 tensors are not whole" in finding.found


def test_a_broken_file_of_a_set_is_named(tmp_path: Path) -> None:
    paths = write_parts(tmp_path, SHAPE, 3)
    paths[1].write_bytes(b"GGUF" + struct.pack("<I", 9))
    with pytest.raises(ModelError, match=r"00002-of-00003\.gguf is a broken GGUF file"):
        inspect(str(paths[0]))


def test_files_that_were_shuffled_are_told(tmp_path: Path) -> None:
    paths = write_parts(tmp_path, SHAPE, 3)
    paths[1].rename(tmp_path / "kept")
    paths[2].rename(paths[1])
    (tmp_path / "kept").rename(paths[2])
    findings = inspect(str(paths[0])).findings
    wrong = [finding.where for finding in findings if finding.rule == "shards"]
    assert wrong == [str(path) for path in paths[1:]]
    assert findings[0].expected == "split.no 1, as its name says"


def test_a_set_that_counts_itself_wrongly_is_told(tmp_path: Path) -> None:
    paths = write_parts(tmp_path, SHAPE, 2, tensors=600, files=3)
    told = [(f.expected, f.found) for f in inspect(str(paths[0])).findings]
    assert told == [
        ("split.count 2, as its name says", "3"),
        ("split.count 2, as its name says", "3"),
        ("600 tensors in all", "579"),
    ]


def test_a_renamed_file_of_a_set_says_so(tmp_path: Path) -> None:
    paths = write_parts(tmp_path, SHAPE, 2)
    alone = paths[0].rename(tmp_path / "model.gguf")
    finding = inspect(str(alone)).findings[0]
    assert finding.rule == "shards"
    assert finding.expected == "one of 2 files, called NAME-00001-of-00002.gguf"


@pytest.mark.parametrize("name", ["m-00003-of-00002.gguf", "m-00000-of-00002.gguf"])
def test_a_number_that_no_set_has_is_refused(name: str, tmp_path: Path) -> None:
    write_shape(tmp_path / name, SHAPE)
    with pytest.raises(ModelError, match="cannot be file"):
        inspect(str(tmp_path / name))
