"""The models of one process: each file is loaded once and shared by all who name it."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, assert_never

from models.chat import ChatModel
from models.errors import ModelError
from models.header import check_header
from models.reference import ModelReference, Source, path_of
from models.scripted import ScriptedModel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from models.engine import Engine
    from models.engine_options import EngineOptions
    from models.experts import ExpertUsage
    from models.metrics import EngineMetrics


class Models:
    """Chat models by reference. Safe from any thread and any event loop."""

    def __init__(
        self,
        options: EngineOptions | None = None,
        *,
        families: Mapping[str, str] | None = None,
        on_progress: Callable[[str, float], None] | None = None,
    ) -> None:
        """`options`: of every engine. `families`: by reference, those that serve a model whatever
        its file says. `on_progress` hears, from the loading thread, the name of the
        file that is loaded and how much of it is, 0.0 to 1.0."""
        self._options = options
        self._families = families or {}
        self._on_progress = on_progress
        self._lock = Lock()
        self._loader = ThreadPoolExecutor(1, thread_name_prefix="cadre-loader")
        self._closed = False
        self._engines: dict[Path, Future[Engine]] = {}
        self._scripts: dict[Path, ScriptedModel] = {}

    async def chat_model(self, reference: ModelReference) -> ChatModel:
        """The chat model that `reference` names; a ModelError where it cannot be had."""
        match reference.source:
            case Source.SCRIPTED:
                return self._script(path_of(reference))
            case Source.EMBEDDED | Source.FILE | Source.HUB:
                from models.local import LocalChatModel  # llama.cpp loads when it is needed

                engine = await asyncio.shield(asyncio.wrap_future(self.engine(reference)))
                return LocalChatModel(engine, model=reference.text)
            case _:
                assert_never(reference.source)

    def engine(self, reference: ModelReference) -> Future[Engine]:
        """The engine of the file that `reference` names, loaded once, in a thread of its own."""
        named = path_of(reference).absolute()  # llama.cpp finds the other parts by this name
        path = named.resolve()
        with self._lock:
            if self._closed:
                raise ModelError("the models were closed")
            known = self._engines.get(path)
            if known is None or _failed(known):
                family = self._families.get(reference.text)
                self._engines[path] = known = self._loader.submit(self._load, named, family)
            return known

    def check(self, reference: ModelReference) -> None:
        """A ModelError where the file behind `reference` cannot be a model; loads nothing."""
        path = path_of(reference)
        if reference.source is Source.SCRIPTED:
            self._script(path)
        else:
            check_header(path)

    def metrics(self) -> dict[str, EngineMetrics]:
        """A snapshot of each loaded engine, by the path of its file."""
        with self._lock:
            engines = list(self._engines.items())
        return {
            str(path): loading.result().metrics()
            for path, loading in engines
            if loading.done() and not _failed(loading)
        }

    def experts(self) -> dict[str, ExpertUsage]:
        """Which experts each loaded engine's requests chose, by the path of its file; empty counts
        where nobody asked for them."""
        with self._lock:
            engines = list(self._engines.items())
        return {
            str(path): loading.result().experts()
            for path, loading in engines
            if loading.done() and not _failed(loading)
        }

    def close(self) -> None:
        """Fail what is open, free every model. Closing twice is allowed."""
        with self._lock:
            self._closed = True
            engines, self._engines = list(self._engines.values()), {}
        self._loader.shutdown(wait=True, cancel_futures=True)
        for loading in engines:
            if not _failed(loading):
                loading.result().close()

    def _script(self, path: Path) -> ScriptedModel:
        with self._lock:
            if path not in self._scripts:
                self._scripts[path] = ScriptedModel.from_file(path)
            return self._scripts[path]

    def _load(self, path: Path, family: str | None) -> Engine:
        from models.engine import Engine
        from models.engine_options import EngineOptions

        options = self._options or EngineOptions()
        if family is not None:
            options = options.model_copy(update={"family": family})
        report = self._on_progress or _nobody
        report(path.name, 0.0)  # mapping a large file takes a while before llama.cpp tells anything
        try:
            told = partial(report, path.name)
            return Engine.load(path, options, on_progress=told)
        finally:
            report(path.name, 1.0)


def _nobody(_: str, __: float) -> None:
    """Nobody wants to know."""


def _failed(loading: Future[Engine]) -> bool:
    """A file that failed is tried again: the user may have mended it."""
    return loading.done() and (loading.cancelled() or loading.exception() is not None)
