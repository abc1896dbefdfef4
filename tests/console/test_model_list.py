"""`cadre models list`: filters, what is on disk, what fits, which role uses it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agents.roster import resolve
from agents.settings import Settings
from console.exits import Exit
from console.model_commands import listing
from console.model_commands.known import Asked, known_models
from console.model_commands.listing import list_models
from models import UsageError
from models.catalogue import catalogue, find
from tests.console.conftest import drawn

GIB = 1024**3


@dataclass(frozen=True)
class OnDisk:
    """A model in the hub's cache."""

    reference: str
    bytes: int = 5_027_783_488


def listed(
    capsys: pytest.CaptureFixture[str],
    asked: Asked,
    tmp_path: Path,
    *kept: OnDisk,
    free: int = 24 * GIB,
) -> dict[str, Any]:
    code = list_models(asked, repo=tmp_path, json=True, on_disk=lambda: kept, free=lambda: free)
    assert code is Exit.DONE
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def names(told: dict[str, Any]) -> set[str]:
    return {one["name"] for one in told["models"]}


def test_without_a_filter_everything_is_listed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    told = listed(capsys, Asked(), tmp_path)
    assert names(told) == {entry.name for entry in catalogue().models}
    assert len(told["mlx"]) == 12
    (mixture,) = [one for one in told["models"] if one["name"] == "Qwen3-30B-A3B"]
    assert mixture["parameters"] == 30_532_122_624
    assert mixture["kv_bytes_a_token"] == 98_304
    assert mixture["sources"]["shape"] == "config-litgpt"


@pytest.mark.parametrize(
    ("asked", "holds", "lacks"),
    [
        (Asked(family="qwen3-next"), "Qwen3-Next-80B-A3B-Thinking", "Qwen3-8B"),
        (Asked(family="Qwen3-Coder"), "Qwen3-Coder-480B-A35B-Instruct", "Qwen3-30B-A3B"),
        (Asked(moe=True), "Qwen3-235B-A22B", "Qwen3-32B"),
        (Asked(moe=False), "Qwen3-32B", "Qwen3-235B-A22B"),
        (Asked(thinking="always"), "Qwen3-4B-Thinking-2507", "Qwen3-4B"),
        (Asked(fits=True), "Qwen3-30B-A3B", "Qwen3-32B"),
        (Asked(moe=True, thinking="switch", fits=True), "Qwen3-30B-A3B", "Qwen3-8B"),
    ],
)
def test_a_filter_leaves_what_it_names(
    asked: Asked,
    holds: str,
    lacks: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    found = names(listed(capsys, asked, tmp_path))
    assert holds in found
    assert lacks not in found


def test_a_family_that_is_none_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no family 'llama'") as caught:
        list_models(Asked(family="llama"), repo=tmp_path, on_disk=lambda: ())
    assert caught.value.hint == "one of Qwen3, Qwen3-2507, Qwen3-Coder, Qwen3-Next, mlx"


def test_a_model_fits_where_its_file_and_32k_tokens_do() -> None:
    entry = find("Qwen3-8B")
    need = 5_027_783_488 + 32_768 * 147_456 + 151_936 * 512 * 4
    (enough,) = known_models([entry], (), (), need)
    (short,) = known_models([entry], (), (), need - 1)
    assert (enough.needs, enough.fits, short.fits) == (need, True, False)


def test_what_is_on_disk_is_found_by_its_name_whoever_published_it() -> None:
    kept = (OnDisk("hf:bartowski/Qwen_Qwen3-8B-GGUF:Q6_K"), OnDisk("hf:Qwen/Qwen3-4B-GGUF:Q8_0"))
    found = {one.entry.name: one for one in known_models(catalogue().models, (), kept, GIB)}
    assert found["Qwen3-8B"].on_disk == kept[:1]
    assert found["Qwen3-4B"].on_disk == kept[1:]
    assert found["Qwen3-14B"].on_disk == ()


def test_roles_stand_at_the_model_that_they_have_and_at_the_one_they_want() -> None:
    settings = Settings(model="~/models/Qwen3-4B-Q4_K_M.gguf")
    found = {
        one.entry.name: one
        for one in known_models(catalogue().models, resolve(settings), (), 64 * GIB)
    }
    assert len(found["Qwen3-4B"].used_by) == 6
    assert found["Qwen3-4B"].designed_for == ("github",)
    assert found["Qwen3-14B"].used_by == ()
    assert found["Qwen3-14B"].designed_for == ("testing",)


def test_a_pipe_gets_a_line_a_model(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    list_models(Asked(), repo=tmp_path, on_disk=lambda: (), free=lambda: 24 * GIB)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(catalogue().models)
    fields = lines[3].split("\t")
    assert fields[0] == "Qwen3-8B"
    assert fields[6:9] == ["hf:Qwen/Qwen3-8B-GGUF:Q4_K_M", "5027783488", "fits"]
    assert fields[10] == "ci_cd,documentation"


def test_nothing_that_is_left_is_said_in_words(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    nothing = Asked(fits=True)
    list_models(nothing, repo=tmp_path, on_disk=lambda: (), free=lambda: 0)
    told = capsys.readouterr()
    assert told.out == ""
    assert "no model is like that" in told.err


def test_macs_find_their_conversions(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    list_models(Asked(family="MLX"), repo=tmp_path, on_disk=lambda: (), free=lambda: 24 * GIB)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 13
    assert lines[1].split() == ["Qwen3-0.6B-4bit", "28", "1024", "no", "327", "MiB"]


@pytest.mark.parametrize("width", [80, 140])
def test_no_name_is_cut_on_a_narrow_terminal(width: int) -> None:
    known = known_models(catalogue().models, resolve(Settings()), (), 24 * GIB)
    screen = drawn(listing._table(known, wide=width >= listing.WIDE), width=width)
    assert all(one.entry.name in screen for one in known)
    assert "(coordinator) (development)" in screen
    assert ("calls" in screen) == (width == 140)
    assert max(map(len, screen.splitlines())) <= width


def test_the_cache_of_the_hub_is_looked_at_by_default(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    list_models(Asked(), repo=tmp_path, json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["free_bytes"] > 0
    assert not any(one["on_disk"] for one in told["models"])
