"""Weights that several engines use, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from models.header import check_header
from models.hyperparameters import check_kv_types
from models.llama import Weights
from models.loading import Loading


class LentWeights(Weights):
    """They stay when the engine that has them is closed."""

    _lent = 0

    def lent(self) -> LentWeights:
        """Themselves, for one more engine."""
        self._lent += 1
        return self

    def close(self) -> None:
        """Taken back from an engine, by its thread and as the last that it does."""
        self._lent -= 1

    def free(self) -> None:
        """Free the model, unless an engine that was left in a hurry still computes with it."""
        if not self._lent:
            super().close()


def lend(path: Path, loading: Loading, on_progress: Callable[[float], None]) -> LentWeights:
    """The weights of `path`, checked before as `Engine.load` does.

    They are loaded in another thread: Ctrl-C is heard meanwhile, and would be lost in a function
    that llama.cpp calls.
    """
    check_kv_types(check_header(path).metadata, loading)
    loader = ThreadPoolExecutor(1, thread_name_prefix="cadre-loader")
    weights = loader.submit(LentWeights, path, loading, on_progress)
    try:
        return weights.result()
    except BaseException:
        weights.add_done_callback(_free)
        raise
    finally:
        loader.shutdown(wait=False)


def _free(loading: Future[LentWeights]) -> None:
    if not loading.cancelled() and loading.exception() is None:
        loading.result().free()
