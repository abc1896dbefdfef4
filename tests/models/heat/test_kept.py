"""The counts of a session in a file: written whole, added to, and read with suspicion."""

import contextlib
import json
import logging
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import ConfigurationError
from models.experts import ExpertCounts, ExpertUsage
from models.heat import Kept, add, kept_file, load, recorded, save

ONE = ExpertUsage({"testing": ExpertCounts(((1, 2), (3, 4)))})
TWO = ExpertUsage({"testing": ExpertCounts(((1, 0), (0, 0))), "ci_cd": ExpertCounts(((5, 5),) * 2)})
MODEL = "/models/a.gguf"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return kept_file(tmp_path, "0101-check")


class FakeModels:
    """Models whose choices the test makes."""

    def __init__(self, **usage: ExpertUsage) -> None:
        self.usage: dict[str, ExpertUsage] = dict(usage)

    def experts(self) -> Mapping[str, ExpertUsage]:
        return dict(self.usage)


def test_what_is_saved_is_loaded(path: Path) -> None:
    save(path, {MODEL: TWO, "/b.gguf": ONE})
    assert load(path).by_path == {MODEL: TWO, "/b.gguf": ONE}
    assert path.stat().st_mode & 0o077 == 0
    assert [file.name for file in path.parent.iterdir()] == ["0101-check.json"]


def test_the_turns_of_a_session_add_up(path: Path) -> None:
    for usage in (ONE, TWO):
        add(path, {MODEL: usage})
    assert load(path).by_path == {MODEL: ONE + TWO}


def test_a_model_of_another_shape_under_the_same_name_begins_anew(path: Path) -> None:
    other = ExpertUsage({"github": ExpertCounts(((1, 2, 3),))})
    add(path, {MODEL: ONE, "/b.gguf": ONE})
    add(path, {MODEL: other})
    assert load(path).by_path == {MODEL: other, "/b.gguf": ONE}


def test_a_damaged_file_is_told_and_replaced(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    add(path, {MODEL: ONE})
    path.write_text(path.read_text()[:-9])
    caplog.set_level(logging.WARNING, "cadre.experts")
    add(path, {MODEL: TWO})
    assert load(path).by_path == {MODEL: TWO}
    assert "written anew" in caplog.text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the whole"),
        ("[" * 100_000, "the whole"),
        ('{"version":2,"models":[]}', "version"),
        ('{"models":[{"path":"a","by_role":{"r":[[1,2],[3]]}}]}', "alike in number"),
        ('{"models":[{"path":"a","by_role":{"r":[[-1]]}}]}', "greater than or equal to 0"),
        ('{"models":[{"path":"a","by_role":{"r":[[1e400]]}}]}', "by_role"),
        ('{"models":[{"path":"a","by_role":{"r":[[]]}}]}', "at least 1"),
        ('{"models":[{"path":"a","by_role":{"r":[]}}]}', "at least 1"),
        ('{"models":[],"more":1}', "more"),
    ],
)
def test_a_file_that_holds_something_else_is_refused(path: Path, text: str, says: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=says) as refused:
        load(path)
    assert str(path) in refused.value.message
    assert "CADRE_WATCH_EXPERTS" in refused.value.hint


def test_a_file_of_gigabytes_is_refused_without_reading_it(path: Path) -> None:
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(8 << 30)
    with pytest.raises(ConfigurationError, match="too large"):
        load(path)


def test_a_file_that_is_missing_is_an_error_with_its_name(path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot read .*0101-check\.json"):
        load(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.integers(0, 200), change=st.binary(max_size=3))
def test_a_file_with_any_damage_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, at: int, change: bytes
) -> None:
    whole = Kept.model_validate({"models": [{"path": MODEL, "by_role": {"r": [[1, 2]]}}]})
    text = whole.model_dump_json().encode()
    path = tmp_path_factory.getbasetemp() / "damaged.json"
    path.write_bytes(text[:at] + change + text[at + len(change) :])
    with contextlib.suppress(ConfigurationError):
        assert isinstance(load(path), Kept)


def test_only_what_was_chosen_meanwhile_is_recorded(path: Path) -> None:
    models = FakeModels(**{MODEL: ONE})
    with recorded(models, path):
        models.usage |= {MODEL: ONE + TWO, "/dense.gguf": ExpertUsage(), "/late.gguf": ONE}
    assert load(path).by_path == {MODEL: TWO, "/late.gguf": ONE}


def test_a_run_that_fails_keeps_what_it_counted(path: Path) -> None:
    models = FakeModels()

    def run() -> None:
        with recorded(models, path):
            models.usage[MODEL] = ONE
            raise RuntimeError

    with pytest.raises(RuntimeError):
        run()
    assert load(path).by_path == {MODEL: ONE}


def test_nothing_is_written_where_nothing_was_chosen_or_nobody_asked(path: Path) -> None:
    with recorded(FakeModels(dense=ExpertUsage()), path):
        pass
    with recorded(FakeModels(**{MODEL: ONE}), None):
        pass
    assert not path.parent.exists()


def test_a_folder_that_cannot_be_written_fails_no_run(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.write_text("a file where the folder should be")
    models = FakeModels()
    with recorded(models, path):
        models.usage[MODEL] = ONE
    assert "were not kept" in caplog.text


def test_a_failed_save_leaves_the_old_file(path: Path) -> None:
    save(path, {MODEL: ONE})
    with pytest.raises(ValueError, match="alike"):
        save(path, {MODEL: ExpertUsage({"a": ExpertCounts(((1, 2), (3,)))})})
    assert load(path).by_path == {MODEL: ONE}
    assert json.loads(path.read_text())["version"] == 1
