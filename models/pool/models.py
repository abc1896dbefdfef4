"""The models of one process, by reference: each file is loaded once and shared by all who name it.

They have one memory. A model that is lent to a call stays; one that is idle goes when another is
asked for, first the one that the plan needs last.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, assert_never

from models.chat import ChatModel
from models.engine_options import EngineOptions
from models.errors import ModelError
from models.experts import ExpertUsage
from models.header import check_header
from models.pool.engines import Engines
from models.pool.line import Heard
from models.pool.loader import Loader, Note, Progress
from models.pool.need import need_of
from models.pool.placing import Placing, TeamModels
from models.pool.room import Free, free_bytes
from models.pool.shelf import Kept
from models.pool.swaps import Job, Swaps, fewest
from models.pool.traffic import Traffic
from models.pool.wanted import Wanted
from models.reference import ModelReference, Source, parse_reference, path_of
from models.remote import Endpoint, endpoint_of
from models.remote.key import Key
from models.scripted import ScriptedModel

if TYPE_CHECKING:
    from models.engine import Engine
    from models.metrics import EngineMetrics


class Models:
    """Chat models by reference. Safe from any thread and any event loop."""

    def __init__(
        self,
        options: EngineOptions | None = None,
        *,
        families: Mapping[str, str] | None = None,
        endpoints: Mapping[str, Endpoint] | None = None,
        on_progress: Progress | None = None,
        on_note: Note | None = None,
        memory_bytes: int | None = None,
        free: Free = free_bytes,
        team: TeamModels | None = None,
    ) -> None:
        """`options`: of every engine. `families`: by reference, those that serve a model whatever
        its file says. `endpoints`: servers by the settings' names. `on_progress` hears, from the
        loading thread, the name of the file that is loaded and how much of it is, 0.0 to 1.0;
        `on_note` a line where memory is short. `memory_bytes`: what all models may have together;
        None: nine tenths of what is free before the first load, and one that is larger is loaded
        alone. `free` says what is free. `team`: models that are placed
        together on the accelerators, where `options` leave that open."""
        self._options = options or EngineOptions()
        self._families = families or {}
        self._endpoints = endpoints or {}
        self._loader = Loader(
            on_progress or _no_progress, on_note or _no_note, elsewhere=self._elsewhere
        )
        self._placing = Placing(team or TeamModels(), self._options, on_note or _no_note)
        self._engines: Engines[Engine] = Engines(
            self._loader.load, memory_bytes=memory_bytes, free=free, leaves=self._remember
        )
        self._lock = Lock()
        self._scripts: dict[Path, ScriptedModel] = {}
        self._left: dict[str, ExpertUsage] = {}

    async def chat_model(self, reference: ModelReference, heard: Heard | None = None) -> ChatModel:
        """The chat model that `reference` names, a ModelError where there is no such file. It is
        loaded when it is called; `heard` hears the position of a call that must wait for memory."""
        match reference.source:
            case Source.SCRIPTED:
                return self._script(path_of(reference))
            case Source.ENDPOINT:
                from models.remote import RemoteChatModel  # so does httpx

                endpoint = endpoint_of(reference.text, self._endpoints)
                return RemoteChatModel(endpoint, model=reference.text)
            case Source.EMBEDDED | Source.FILE | Source.HUB:
                wanted = await asyncio.to_thread(self._wanted, reference)
                self._engines.check_open()
                return self._lent(reference, wanted, heard)
            case _:
                assert_never(reference.source)

    def engine(self, reference: ModelReference) -> Future[Engine]:
        """The engine of the file that `reference` names, loaded once, in a thread of its own. It
        stays in memory until the pool is closed."""
        return self._engines.ask(self._wanted(reference), pins=True).granted

    def check(self, reference: ModelReference) -> None:
        """A ModelError where the file behind `reference` cannot be a model, or a server's name or
        key is missing; loads and asks nothing."""
        match reference.source:
            case Source.SCRIPTED:
                self._script(path_of(reference))
            case Source.ENDPOINT:
                Key(endpoint_of(reference.text, self._endpoints))
            case _:
                check_header(path_of(reference))

    def fewest(self, jobs: Sequence[Job]) -> Swaps:
        """The order of `jobs`, whose models are references, that loads models the fewest times,
        beginning with what is in memory now."""
        wanted = self._known({model for job in jobs for model in job.models})
        first = {one.path: name for name, one in reversed(wanted.items())}
        as_one = {name: first[one.path] for name, one in wanted.items()}  # links, other spellings
        sizes = {as_one[name]: one.need for name, one in wanted.items()}
        there = {first.get(kept.path, str(kept.path)): kept.need for kept in self._engines.kept()}
        alike = [
            replace(job, models=tuple(dict.fromkeys(as_one.get(m, m) for m in job.models)))
            for job in jobs
        ]
        room = self._engines.room.limit if sizes else 0
        return fewest(alike, {**there, **sizes}, there, room)

    def expect(self, waves: Sequence[Sequence[str]]) -> None:
        """What comes next, by reference: the models of this wave of work, and of those after."""
        known = self._known({model for wave in waves for model in wave})
        self._engines.expect([[known[m] for m in wave if m in known] for wave in waves])

    def traffic(self) -> Traffic:
        """How often models came and went; a snapshot."""
        return replace(self._engines.counts(), shrunk=self._loader.shrunk)

    def metrics(self) -> dict[str, EngineMetrics]:
        """A snapshot of each loaded engine, by the path of its file."""
        return {str(kept.path): kept.engine.metrics() for kept in self._engines.kept()}

    def experts(self) -> dict[str, ExpertUsage]:
        """Which experts each file's requests chose, also before it went and came again, by its
        path; empty counts where nobody asked for them."""
        now = {str(kept.path): kept.engine.experts() for kept in self._engines.kept()}
        with self._lock:
            before = dict(self._left)
        paths = before.keys() | now.keys()
        none = ExpertUsage()
        return {path: before.get(path, none) + now.get(path, none) for path in sorted(paths)}

    def close(self) -> None:
        """Fail what is open, free every model. Closing twice is allowed."""
        self._engines.close()

    def _lent(self, reference: ModelReference, wanted: Wanted, heard: Heard | None) -> ChatModel:
        from models.pool.lent import LentChatModel  # llama.cpp loads when it is needed

        return LentChatModel(self._engines, wanted, heard, model=reference.text)

    def _script(self, path: Path) -> ScriptedModel:
        with self._lock:
            if path not in self._scripts:
                self._scripts[path] = ScriptedModel.from_file(path)
            return self._scripts[path]

    def _known(self, references: Iterable[str]) -> dict[str, Wanted]:
        """Those that are files which can be loaded; of the others nothing can be foreseen."""
        wanted = {}
        for text in sorted(references):
            with suppress(ModelError):
                reference = parse_reference(text)
                if reference.source not in {Source.SCRIPTED, Source.ENDPOINT}:
                    wanted[text] = self._wanted(reference)
        return wanted

    def _wanted(self, reference: ModelReference) -> Wanted:
        """A ModelError where there is no such file, or it cannot be a model."""
        named = path_of(reference).absolute()  # llama.cpp finds the other parts by this name
        path, options = named.resolve(), self._options
        place = self._placing.of(path)
        need = place.need if place else need_of(named, options)
        if place:
            options = place.options
        if family := self._families.get(reference.text):
            options = options.model_copy(update={"family": family})
        return Wanted(path, named, options, need)

    def _elsewhere(self, wanted: Wanted) -> Wanted | None:
        """Another place for a model whose own has been filled meanwhile."""
        place = self._placing.anew(wanted.path)
        if place is None:
            return None
        options = place.options.model_copy(update={"family": wanted.options.family})
        return replace(wanted, options=options, need=place.need)

    def _remember(self, kept: Kept[Engine]) -> None:
        """What a model that goes has counted."""
        usage = kept.engine.experts()
        with self._lock:
            known = self._left.get(str(kept.path), ExpertUsage())
            self._left[str(kept.path)] = known + usage


def _no_progress(_: str, __: float) -> None:
    """Nobody wants to know."""


def _no_note(_: str) -> None:
    """The same."""
