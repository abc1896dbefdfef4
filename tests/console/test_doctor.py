"""The doctor over a command runner that never starts anything."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from agents.settings import Settings
from agents.tools.process import Ran
from console.backends import hardware, lack_of
from console.checks import Check, Examined, examine
from console.doctor import doctor, show_checks
from console.exits import Exit
from tests.console.conftest import Screen

CPU = {"name": "CPU", "description": "A CPU", "kind": "cpu", "free": 2**30, "total": 2**30}
CUDA = {"name": "CUDA0", "description": "A card ", "kind": "gpu", "free": 2**33, "total": 2**34}
FOUND = {
    "version": "0.3.36",
    "features": "CPU : AVX2 = 1 | FMA = 1 | ",
    "backends": ["RPC", "CPU"],
    "devices": [CPU],
}
PROBE = json.dumps(FOUND)

FAMILY = json.dumps({"family": "template", "note": "its own template is run"})


@dataclass
class FakeRunner:
    """Answers by the last part of the command's name."""

    answers: dict[str, Ran] = field(default_factory=dict)
    asked: list[tuple[str, ...]] = field(default_factory=list)

    async def __call__(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        timeout: float,  # noqa: ASYNC109 - the real runner's own
        stdin: bytes | None = None,
        max_bytes: int = 0,
    ) -> Ran:
        self.asked.append(tuple(argv))
        probes = {"probe.py": PROBE, "models.family_probe": FAMILY}
        named = [Path(part).name for part in argv]
        name = next((name for name in probes if name in named), named[0])
        default = Ran(tuple(argv), 0, probes.get(name, f"{name} 1.2.3"))
        return self.answers.get(name, default)


async def checks(tmp_path: Path, **answers: Ran) -> dict[str, Check]:
    settings = Settings(state_dir=tmp_path / "state")
    found = await examine(Examined(settings, FakeRunner(answers), root=tmp_path))
    return {check.name: check for check in found}


async def llama(tmp_path: Path, **found: object) -> Check:
    """The check of a build that says this of itself."""
    answer = Ran((), 0, json.dumps({**FOUND, **found}))
    return (await checks(tmp_path, **{"probe.py": answer}))["llama.cpp"]


async def test_workers_are_joined_where_they_are_named(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path / "state", workers=("127.0.0.1:50052",))

    async def said(**found: object) -> Check:
        runner = FakeRunner({"probe.py": Ran((), 0, json.dumps({**FOUND, **found}))})
        every = await examine(Examined(settings, runner, root=tmp_path))
        assert any("127.0.0.1:50052" in argv for argv in runner.asked)
        return next(check for check in every if check.name == "workers")

    one = {**CPU, "name": "RPC0", "description": "127.0.0.1:50052", "kind": "gpu"}
    joined = await said(devices=[CPU, one])
    assert (joined.state, joined.text.split(" (")[0]) == ("ok", "RPC0 127.0.0.1:50052")
    refused = await said(refused="no RPC worker at 127.0.0.1:50052", hint="start it")
    assert (refused.state, refused.hint) == ("fail", "start it")
    assert "none named" in (await checks(tmp_path))["workers"].text


async def test_all_is_well_here(tmp_path: Path) -> None:
    found = await checks(tmp_path)
    assert [name for name, check in found.items() if check.state == "fail"] == []
    assert found["llama.cpp"].text.startswith("llama-cpp-python 0.3.36, CPU : AVX2 FMA")
    assert found["llama.cpp"].text.splitlines()[1] == "backends: RPC, CPU"
    assert found["zizmor"].text == "zizmor 1.2.3"


async def test_an_engine_that_dies_is_told_and_kills_nobody(tmp_path: Path) -> None:
    dead = Ran((), 132, stderr="Illegal instruction")
    found = await checks(tmp_path, **{"probe.py": dead})
    assert found["llama.cpp"].state == "fail"
    assert "Illegal instruction" in found["llama.cpp"].text
    assert "pip install" in found["llama.cpp"].hint


async def test_each_device_tells_its_memory(tmp_path: Path) -> None:
    check = await llama(tmp_path, backends=["CUDA", "RPC", "CPU"], devices=[CUDA, CPU])
    assert check.state == "ok"
    card, cpu = check.text.splitlines()[2].removeprefix("devices: ").split("; ")
    assert card == "CUDA0 A card (8.0 GiB of 16.0 GiB free)"
    assert cpu.startswith("CPU A CPU (")
    assert cpu.endswith(" of 1.0 GiB free)")


async def test_rpc_is_an_option_in_one_line_that_keeps_what_the_build_has(tmp_path: Path) -> None:
    check = await llama(tmp_path, backends=["CUDA", "CPU"], version="0.3.36+cu124")
    assert check.state == "ok"
    assert check.text.splitlines()[3] == (
        'for one model over several machines: CMAKE_ARGS="-DGGML_CUDA=on -DGGML_RPC=on" pip install'
        " --no-cache-dir --force-reinstall --no-deps llama-cpp-python==0.3.36"
    )
    assert "several machines" not in (await llama(tmp_path)).text


async def test_an_nvidia_device_in_vain_warns_with_the_command(tmp_path: Path) -> None:
    (tmp_path / "proc" / "driver" / "nvidia").mkdir(parents=True)
    check = await llama(tmp_path)
    assert (check.state, check.text.splitlines()[-1]) == (
        "warn",
        "an NVIDIA device is there, and this build has no CUDA",
    )
    assert check.hint == (
        'CMAKE_ARGS="-DGGML_RPC=on -DGGML_CUDA=on" pip install --no-cache-dir --force-reinstall'
        " --no-deps llama-cpp-python==0.3.36"
    )
    blind = await llama(tmp_path, backends=["CUDA", "CPU"])
    assert "nvidia-smi" in blind.hint
    assert (await llama(tmp_path, backends=["CUDA", "CPU"], devices=[CUDA, CPU])).state == "ok"


async def test_a_render_node_in_vain_asks_for_vulkan(tmp_path: Path) -> None:
    (tmp_path / "dev" / "dri").mkdir(parents=True)
    (tmp_path / "dev" / "dri" / "card0").touch()
    assert (await llama(tmp_path)).state == "ok"
    (tmp_path / "dev" / "dri" / "renderD128").touch()
    check = await llama(tmp_path)
    assert (check.state, "-DGGML_VULKAN=on" in check.hint) == ("warn", True)
    assert (await llama(tmp_path, backends=["Vulkan", "CPU"])).state == "ok"


@pytest.mark.parametrize(
    ("said", "nvidia"),
    [
        (Ran((), 0, "GPU 0: A card (UUID: GPU-1)\n"), True),
        (Ran((), 0, "No devices found."), False),
        (Ran((), 9, "NVIDIA-SMI has failed"), False),
    ],
)
async def test_nvidias_own_tool_is_asked_where_no_driver_is_seen(
    said: Ran, nvidia: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    runner = FakeRunner({"nvidia-smi": said})
    assert (await hardware(runner, tmp_path)).nvidia is nvidia
    assert runner.asked == [(str(tool), "-L")]


async def test_a_mac_without_metal_warns(tmp_path: Path) -> None:
    mac = await hardware(FakeRunner(), tmp_path, system="darwin")
    lack = lack_of("0.3.36", ["BLAS", "CPU"], [], mac)
    assert lack is not None
    assert lack.hint.startswith('CMAKE_ARGS="-DGGML_METAL=on" pip install')
    assert lack_of("0.3.36", ["MTL", "BLAS", "CPU"], ["MTL0"], mac) is None


async def test_a_path_is_meant_from_where_the_user_is(tmp_path: Path) -> None:
    """Checks run elsewhere, so that nothing of the repository is picked up."""
    runner = FakeRunner()
    settings = Settings(state_dir=tmp_path / "state", model="./mine.gguf")
    await examine(Examined(settings, runner))
    (probe,) = [argv for argv in runner.asked if "models.family_probe" in argv]
    assert probe[-1] == str(Path("mine.gguf").absolute())


async def test_each_model_of_the_team_has_its_family_and_its_note(tmp_path: Path) -> None:
    found = await checks(tmp_path)
    assert found["models"].text == "embedded: family template, its own template is run"


@pytest.mark.parametrize(
    ("answer", "says", "hint"),
    [
        (Ran((), 134, stderr="Aborted"), "ends with it: Aborted", "another GGUF file"),
        (Ran((), 0, json.dumps({"error": "no GGUF", "hint": "get one"})), "no GGUF", "get one"),
    ],
)
async def test_a_model_that_cannot_be_served_fails(
    answer: Ran, says: str, hint: str, tmp_path: Path
) -> None:
    found = await checks(tmp_path, **{"models.family_probe": answer})
    assert found["models"].state == "fail"
    assert says in found["models"].text
    assert hint in found["models"].hint


async def test_a_missing_git_fails_and_a_broken_checker_warns(tmp_path: Path) -> None:
    found = await checks(tmp_path, git=Ran((), 127), zizmor=Ran((), 1, stderr="broken"))
    assert (found["git"].state, found["zizmor"].state) == ("fail", "warn")
    assert found["zizmor"].hint == "pip install zizmor"


async def test_a_state_folder_that_cannot_be_made_fails(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    found = await checks(tmp_path)
    assert found["sessions"].state == "fail"
    assert "CADRE_STATE_DIR" in found["sessions"].hint


def test_lines_tell_what_to_type(screen: Screen, snapshot: SnapshotAssertion) -> None:
    told = [
        Check("python", "ok", "3.11.7", "not shown where it is ok"),
        Check("sandbox", "warn", "bwrap not found", "install bubblewrap"),
        Check("llama.cpp", "fail", "does not start:\x1b[2J [bold]x", "pip install it"),
    ]
    show_checks(screen.terminal.out, told)
    lines = [line.rstrip() for line in screen.out.getvalue().splitlines()]
    assert "\n".join(lines) == snapshot


@pytest.mark.parametrize(
    ("toml", "exit"), [("", Exit.DONE), ("approve = 'all'", Exit.CONFIGURATION)]
)
def test_what_fails_is_an_exit_code(
    toml: str, exit: Exit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "cadre.toml").write_text(toml)
    assert doctor(tmp_path, FakeRunner()) == exit
    assert ("may only be" in capsys.readouterr().out) == (exit is not Exit.DONE)
