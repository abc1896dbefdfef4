"""`cadre models advise`: for this machine, for a described one, and for those who type nonsense."""

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agents.settings import Settings
from agents.tools.process import Ran
from console.exits import Exit
from console.model_commands.advise import advise_roster
from console.model_commands.cards import UNASKED
from models import ModelError, UsageError

GIB = 1024**3


@dataclass
class FakeProbe:
    """Answers as llama.cpp's probe would on another machine."""

    stdout: str = ""

    async def __call__(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        timeout: float,  # noqa: ASYNC109 - the real runner's own
        stdin: bytes | None = None,
        max_bytes: int = 0,
    ) -> Ran:
        assert Path(argv[2]).name == "probe.py"
        return Ran(tuple(argv), 0, self.stdout)


def probe(**free: int) -> FakeProbe:
    devices = [{"name": kind, "kind": kind, "free": bytes} for kind, bytes in free.items()]
    return FakeProbe(json.dumps({"devices": devices}))


def advised(capsys: pytest.CaptureFixture[str], tmp_path: Path, **asked: Any) -> dict[str, Any]:
    assert advise_roster(repo=tmp_path, json=True, **asked) is Exit.DONE
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_a_described_machine_gets_a_model_for_each_role(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    told = advised(capsys, tmp_path, vram="24G", ram="64G")
    assert told["machine"] == {"ram_bytes": 60 * GIB, "vram_bytes": 23 * GIB}
    assert told["context"] == 8192
    assert [role["role"] for role in told["roles"]] == [
        "coordinator", "development", "testing", "ci_cd", "github", "documentation",
    ]  # fmt: skip
    assert {role["model"] for role in told["roles"]} == {"Qwen3-30B-A3B"}
    assert told["roles"][0]["smaller"]["name"] == "Qwen3-14B"
    (file,) = told["files"]
    assert file["reference"] == "hf:unsloth/Qwen3-30B-A3B-GGUF:Q5_K_M"
    assert told["used"] == {"ram_bytes": 0, "vram_bytes": file["needs_bytes"]}


@pytest.mark.parametrize(
    "asked",
    [
        {"vram": "24G", "ram": "64G"},
        {"vram": "12G", "ram": "32G"},
        {"vram": "24G", "ram": "64G", "context": 100_000},
    ],
)
def test_what_it_says_for_the_config_are_settings(
    asked: dict[str, Any], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    told = advised(capsys, tmp_path, **asked)
    settings = Settings(**tomllib.loads(told["config_toml"]))
    assert settings.context_tokens == asked.get("context", 8192)
    for role in told["roles"]:
        own = getattr(settings.roles, role["role"])
        assert role["model"] in str(own.model or settings.model)
        thinks = own.thinking_model or settings.thinking_model
        assert (role["thinking_model"] or "") in str(thinks or "")
    split = any(file["where"] == "experts in memory" for file in told["files"])
    assert bool(settings.loading.cpu_expert_layers) == split


def test_this_machine_is_asked_for_its_accelerators(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    told = advised(capsys, tmp_path, run=probe(cpu=64 * GIB, gpu=23 * GIB, igpu=8 * GIB))
    assert told["machine"]["vram_bytes"] == 23 * GIB
    assert told["machine"]["ram_bytes"] > 0
    assert told["files"][0]["where"] == "accelerator"


@pytest.mark.parametrize("answer", ["", "Illegal instruction", "[]", '{"devices": 1}'])
def test_a_llama_that_dies_leaves_the_memory(
    answer: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert advise_roster(repo=tmp_path, context=512, run=FakeProbe(answer)) is Exit.DONE
    told = capsys.readouterr()
    assert UNASKED in told.err
    assert "on accelerators" not in told.out


def test_people_read_files_reasons_and_neighbours(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    advise_roster(vram="12GiB", ram="32GiB", repo=tmp_path)
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert (
        lines[0] == "for 8,192 tokens of context in 11.0 GiB on accelerators and 28.0 GiB of memory"
    )
    assert "Qwen3-30B-A3B, Q4_K_M: about 34 tokens a second" in lines
    assert "  coordinator    coordinator was designed for it" in lines
    assert "  ci_cd          fits beside Qwen3-30B-A3B, and is faster" in lines
    assert "  next smaller: Qwen3-14B, 9.9 GiB" in lines
    assert "cadre models pull hf:Qwen/Qwen3-8B-GGUF:Q6_K" in told.out
    assert "assumed" in told.err


def test_memory_alone_means_a_machine_without_accelerators(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    told = advised(capsys, tmp_path, ram="16G")
    assert told["machine"] == {"ram_bytes": 12 * GIB, "vram_bytes": 0}


def test_accelerators_alone_stand_beside_the_memory_that_is_free_here(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    told = advised(capsys, tmp_path, vram="80G")
    assert told["machine"]["vram_bytes"] == 79 * GIB
    assert told["machine"]["ram_bytes"] > 0


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"vram": "many"}, "--vram cannot be 'many'"),
        ({"ram": "64"}, "--ram cannot be '64'"),
        ({"ram": "-4G"}, "--ram cannot be '-4G'"),
        ({"ram": "64G", "context": 0}, "--context cannot be 0"),
        ({"ram": "64G", "context": -1}, "--context cannot be -1"),
    ],
)
def test_nonsense_is_refused_with_what_to_type(
    asked: dict[str, Any], says: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        advise_roster(repo=tmp_path, **asked)
    assert caught.value.hint


@pytest.mark.parametrize("asked", [{"ram": "0G"}, {"ram": "64G", "context": 10**9}])
def test_what_cannot_be_served_is_a_model_error(asked: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        advise_roster(repo=tmp_path, **asked)
    assert caught.value.hint
