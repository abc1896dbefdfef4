"""What every measurement stands on: one model, and a fresh engine or a bare loop on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle, islice
from pathlib import Path

from benchmarks.asking import ask, request
from benchmarks.raw import BATCH, Raw
from models.engine import Engine
from models.engine_options import EngineOptions
from models.llama import Context, Token, Weights
from models.loading import Loading
from models.vocabulary import Vocabulary

TEXT = Path(__file__).parent.parent / "LICENSE"
"""Long, English, and always the same."""
CELLS = 8192
"""Tokens that a memory holds: those of SmolLM2's context, and more than any measurement needs."""


@dataclass(frozen=True)
class Bench:
    """The model and how it is run."""

    model: Path
    threads: int
    gpu_layers: int | None = None
    """None: all that fit."""
    rounds: int = 3
    """How often a timing is repeated."""
    peers: Path | None = None
    """The folder in which other programs are found."""

    @property
    def loading(self) -> Loading:
        """Where the weights go."""
        return Loading(gpu_layers=self.gpu_layers)

    @contextmanager
    def engine(self, *, parallel: int, prefix_folder: Path | None = None) -> Iterator[Engine]:
        """A fresh engine, whose weights are in memory."""
        options = EngineOptions(
            context_tokens=CELLS,
            cells=CELLS,
            parallel=parallel,
            batch=BATCH,
            threads=self.threads,
            seed=1,
            prefix_folder=prefix_folder,
            loading=self.loading,
        )
        with closing(Engine.load(self.model, options)) as engine:
            ask(engine, [request(self.text(2, start=1), tokens=1)])
            yield engine

    @contextmanager
    def raw(self, *, lanes: int) -> Iterator[Raw]:
        """A fresh context without an engine, whose weights are in memory."""
        with closing(Weights(self.model, self.loading)) as weights:
            context = Context(
                weights,
                cells=CELLS,
                lanes=lanes,
                batch=BATCH,
                threads=self.threads,
                loading=self.loading,
            )
            with closing(context), closing(Raw(context)) as raw:
                raw.prefill(self.text(2, start=1))
                context.drop(0)
                yield raw

    def text(self, tokens: int, start: int) -> tuple[Token, ...]:
        """So many tokens of a text, from its token `start` on, and round again at its end."""
        return tuple(islice(cycle(self._text), start, start + tokens))

    @cached_property
    def _text(self) -> list[Token]:
        with closing(Weights(self.model, Loading(gpu_layers=0))) as weights:
            return Vocabulary(weights).plain(TEXT.read_text(encoding="utf-8"))
