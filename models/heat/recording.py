"""Adds to a session's file what its models choose while something runs."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from models.experts import ExpertUsage
from models.heat.kept import add

_logger = logging.getLogger("cadre.experts")


class Watched(Protocol):
    """Models whose choices are counted, such as `models.Models`."""

    def experts(self) -> Mapping[str, ExpertUsage]:
        """What each loaded model has chosen so far, by the path of its file."""
        ...


@contextmanager
def recorded(models: Watched, path: Path | None) -> Iterator[None]:
    """What is chosen within is added to the file at the end, however it ends; None: nowhere.

    A file that cannot be written is logged: no run should fail for its statistics.
    """
    before = models.experts() if path is not None else {}
    try:
        yield
    finally:
        if path is not None:
            _add(path, {m: u - before.get(m, ExpertUsage()) for m, u in models.experts().items()})


def _add(path: Path, by_path: Mapping[str, ExpertUsage]) -> None:
    chosen = {model: usage for model, usage in by_path.items() if usage.by_label}
    try:
        if chosen:
            add(path, chosen)
    except OSError as error:
        _logger.warning("the counts of experts were not kept: %s", error)
