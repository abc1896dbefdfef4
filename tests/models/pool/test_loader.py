"""Loading where memory is not what it was."""

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from models import Models, parse_reference
from models.engine import Engine
from models.engine_options import EngineOptions
from models.errors import ModelError, NoRoom
from models.fit import Accelerator, Machine
from models.pool import TeamModels

OPTIONS = EngineOptions(context_tokens=256, threads=1, seed=1)
ROOMY = Machine(10**9, (Accelerator("CUDA0", 10**9),))
FILLED = Machine(10**9, (Accelerator("CUDA0", 10**5),))


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """GPU layers of each load; those on an accelerator find it full."""
    layers: list[int] = []
    load = Engine.load

    def loaded(path: Path, options: EngineOptions, **rest: Any) -> Engine:
        layers.append(options.loading.gpu_layers or 0)
        if layers[-1]:
            raise NoRoom("CUDA0 has no room for the weights of it.gguf", "free it")
        return load(path, options, **rest)

    monkeypatch.setattr(Engine, "load", loaded)
    return layers


def machines(monkeypatch: pytest.MonkeyPatch, *now: Machine) -> None:
    """What is free, each time that it is looked at."""
    waiting = list(now)
    monkeypatch.setattr("models.pool.placing.this_machine", lambda: waiting.pop(0))


async def test_a_model_whose_accelerator_was_filled_meanwhile_is_placed_anew(
    monkeypatch: pytest.MonkeyPatch, thinking_file: Path, asked: list[int], told: list[str]
) -> None:
    machines(monkeypatch, ROOMY, FILLED)
    models = Models(OPTIONS, on_note=told.append, team=TeamModels((str(thinking_file),)))
    try:
        chat = await models.chat_model(parse_reference(str(thinking_file)))
        assert (await chat.ainvoke("Hi", temperature=0)).text == "Hello world"
    finally:
        models.close()
    assert asked == [3, 0]
    assert told == [
        "CUDA0 has no room for the weights of it.gguf; it is loaded with 0 layers on accelerators"
    ]


async def test_it_is_an_error_where_memory_looks_as_it_did(
    monkeypatch: pytest.MonkeyPatch, thinking_file: Path, asked: list[int], told: list[str]
) -> None:
    machines(monkeypatch, ROOMY, ROOMY)
    models = Models(OPTIONS, on_note=told.append, team=TeamModels((str(thinking_file),)))
    try:
        chat = await models.chat_model(parse_reference(str(thinking_file)))
        with pytest.raises(ModelError, match="CUDA0 has no room for the weights"):
            await chat.ainvoke("Hi", temperature=0)
    finally:
        models.close()
    assert (asked, told) == ([3], [])


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS is Linux's")
def test_weights_that_find_no_memory_say_so(thinking_file: Path, tmp_path: Path) -> None:
    """Really: the process may have hardly more than it has."""
    script = tmp_path / "load.py"
    script.write_text(
        textwrap.dedent(f"""
        import resource
        from pathlib import Path
        from models.errors import ModelError, NoRoom
        from models.llama import Weights
        from models.loading import Loading
        for more in range(4, 200, 4):  # at first not even the header finds room
            with open("/proc/self/statm") as now:
                used = int(now.read().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + more * 1024**2, -1))
            try:
                Weights(Path({str(thinking_file)!r}), Loading(mmap=False))
            except NoRoom as error:
                print(error.message)
                break
            except ModelError:
                pass
        """)
    )
    ran = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.stdout.strip() == f"CPU has no room for the weights of {thinking_file.name}", ran
