"""What is kept of differences, and what is made of a file that is none."""

from pathlib import Path

import pytest

from models.fit import SPARE, Calibration, Difference


def difference(file: str = "a.gguf", predicted: int = 1000, reported: int = 1100) -> Difference:
    return Difference(file=file, predicted=predicted, reported=reported)


def test_a_prediction_that_was_short_leaves_more_to_spare(tmp_path: Path) -> None:
    file = tmp_path / "state" / "fit.json"
    Calibration().plus(difference()).write(file)
    assert Calibration.read(file).spare == pytest.approx(SPARE + 0.1)


def test_a_prediction_that_was_long_changes_nothing() -> None:
    assert Calibration().plus(difference(reported=900)).spare == SPARE
    assert Calibration().spare == SPARE


def test_of_a_file_only_the_last_difference_counts() -> None:
    kept = Calibration().plus(difference()).plus(difference(reported=1000))
    assert kept.spare == SPARE
    assert len(kept.plus(difference("b.gguf")).differences) == 2


def test_no_more_than_some_are_kept() -> None:
    kept = Calibration()
    for at in range(250):
        kept = kept.plus(difference(f"{at}.gguf"))
    assert len(kept.differences) == 200
    assert kept.differences[-1].file == "249.gguf"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"differences": [{"file": 1}]}', "\0" * 99])
def test_a_broken_file_is_no_calibration(text: str, tmp_path: Path) -> None:
    file = tmp_path / "fit.json"
    file.write_text(text)
    assert Calibration.read(file) == Calibration()


def test_a_folder_in_the_way_is_no_failure(tmp_path: Path) -> None:
    file = tmp_path / "fit.json"
    file.mkdir()
    Calibration().write(file)
    assert Calibration.read(file) == Calibration()
    assert not (tmp_path / "fit.new").exists()
