"""Which hub is asked, where its files are kept, and how long it is waited for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Patience:
    """Bounds on one request with its repetitions."""

    seconds: float = 20.0
    """Without a byte for so long, a request has failed."""
    tries: int = 4
    first_wait: float = 0.5
    """After the first failure; it doubles each time."""
    longest_wait: float = 120.0
    """A hub that asks to be left alone for longer is not waited for."""


def cache_folder() -> Path:
    """The hub's cache, as huggingface_hub finds it:
    https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables"""
    default = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    home = os.environ.get("HF_HOME") or os.path.join(default, "huggingface")  # noqa: PTH118  # may hold $NAMES
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if folder := os.environ.get(name):
            return _expanded(folder)
    return _expanded(home) / "hub"


def free_space(folder: Path) -> int:
    """Bytes that the disk of a folder, which need not be there yet, has left."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


@dataclass(frozen=True)
class Hub:
    """A hub and the cache of what came from it."""

    endpoint: str = ""
    """Its address; empty for HF_ENDPOINT, or the public hub where that is not set."""
    cache: Path = field(default_factory=cache_folder)
    token: str = field(default="", repr=False)
    """What opens gated and private repositories; empty for HF_TOKEN, or whoever is logged in."""
    patience: Patience = Patience()
    free_space: Callable[[Path], int] = free_space


def _expanded(folder: str) -> Path:
    return Path(os.path.expandvars(folder)).expanduser()
