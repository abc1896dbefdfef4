"""Loads one model, with less context memory where there is too little for what was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from models.errors import ModelError, NoRoom
from models.pool.need import context_need_of, need_of
from models.pool.pressure import smaller
from models.pool.room import Spare
from models.pool.wanted import Wanted

if TYPE_CHECKING:
    from models.engine import Engine

Progress = Callable[[str, float], None]
"""Hears the name of a file that is loaded and how much of it is, 0.0 to 1.0."""
Note = Callable[[str], None]
"""Hears a line for the user."""
Elsewhere = Callable[[Wanted], Wanted | None]
"""Finds another place."""


class Loader:
    """Loads engines; told from the loading thread, as all that it tells."""

    def __init__(self, progress: Progress, note: Note, elsewhere: Elsewhere | None = None) -> None:
        """`elsewhere` finds a model another place, as memory is now; None where there is none."""
        self.shrunk = 0
        """Loads with less context memory than was asked for."""
        self._progress, self._note = progress, note
        self._elsewhere = elsewhere or _nowhere

    def load(self, wanted: Wanted, spare: Spare) -> tuple[Engine, int]:
        """The engine, and the bytes that are reckoned for it; a ModelError where it cannot be. A
        device that has been filled meanwhile is passed by."""
        try:
            return self._loaded(wanted, spare)
        except NoRoom as error:
            moved = self._elsewhere(wanted)
            if moved is None or moved.options == wanted.options:
                raise
            layers = moved.options.loading.gpu_layers
            self._note(f"{error.message}; it is loaded with {layers} layers on accelerators")
            return self._loaded(moved, spare)

    def _loaded(self, wanted: Wanted, spare: Spare) -> tuple[Engine, int]:
        chosen = _fitting(wanted, spare)
        attempts = [chosen, *_less(chosen)]
        for attempt, after in zip(attempts, [*attempts[1:], None], strict=True):
            try:
                engine = self._load(attempt)
            except NoRoom as error:
                if after is None or not _of_context(error):
                    raise
            else:
                self._tell(wanted, attempt)
                return engine, attempt.need
        raise AssertionError("the last attempt returned or raised")

    def _load(self, wanted: Wanted) -> Engine:
        from models.engine import Engine  # llama.cpp loads when it is needed

        name = wanted.named.name
        self._progress(name, 0.0)  # mapping a large file takes a while before llama.cpp tells more
        try:
            told = partial(self._progress, name)
            return Engine.load(wanted.named, wanted.options, on_progress=told)
        finally:
            self._progress(name, 1.0)

    def _tell(self, wanted: Wanted, loaded: Wanted) -> None:
        if loaded is wanted:
            return
        from models.catalogue.amount import as_gib  # seldom needed, and it brings the catalogue

        self.shrunk += 1
        context = min(loaded.options.context_tokens, wanted.options.context_tokens)
        self._note(
            f"memory is short: {wanted.named.name} has {as_gib(loaded.need)} instead of "
            f"{as_gib(wanted.need)}, with {loaded.options.cells:,} tokens of context memory, "
            f"{context:,} for one request"
        )


def _nowhere(_: Wanted) -> None:
    """There is no other place."""


def _fitting(wanted: Wanted, spare: Spare) -> Wanted:
    """The largest that fits. What is mapped needs no free memory, so only its context must fit
    there; less room for others than one context is given up for whole models."""
    fits = [wanted, *_less(wanted)]
    within = [each for each in fits if spare.most is None or each.need <= spare.most]
    if not within:
        raise _too_large(wanted, fits[-1], spare.most or 0)
    first = within[0]
    if first.need <= spare.free or len(within) == 1:
        return first
    enough = (each for each in within[1:] if _context(each) <= spare.free)
    return next(enough, within[-1])


def _less(wanted: Wanted) -> Iterator[Wanted]:
    """The same with less context; a model that was trained for little has little to give."""
    need = wanted.need
    for options in smaller(wanted.options):
        less = replace(wanted, options=options, need=need_of(wanted.named, options))
        if less.need < need:
            need = less.need
            yield less


def _context(wanted: Wanted) -> int:
    return context_need_of(wanted.named, wanted.options)


def _of_context(error: NoRoom) -> bool:
    """Whether there was no room for the context; weights would need as much the next time."""
    return error.message.startswith("no context of")


def _too_large(wanted: Wanted, least: Wanted, most: int) -> ModelError:
    from models.catalogue.amount import as_gib  # as above

    return ModelError(
        f"{wanted.named.name} needs {as_gib(least.need)} of memory at least, and there are "
        f"{as_gib(max(0, most))} for it",
        "raise memory_bytes, or choose a smaller model or quantisation",
    )
