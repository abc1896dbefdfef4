"""Screens of a fixed width, and a home of their own for each test."""

import io
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from console.terminal import Stream, Terminal


@dataclass
class Screen:
    """A terminal of 80 columns whose two streams can be read."""

    terminal: Terminal
    out: io.StringIO
    err: io.StringIO


def stream(file: io.StringIO, *, terminal: bool = False, width: int = 80) -> Stream:
    """A console like those of `this_terminal`, without colours."""
    return Stream(
        file=file,
        width=width,
        height=30,
        force_terminal=terminal,
        color_system=None,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
    )


def drawn(renderable: object, *, width: int = 80, terminal: bool = True) -> str:
    """What a renderable looks like, without the spaces at the ends of its lines."""
    file = io.StringIO()
    stream(file, terminal=terminal, width=width).print(renderable)
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines())


@pytest.fixture
def screen() -> Screen:
    out, err = io.StringIO(), io.StringIO()
    return Screen(Terminal(stream(out), stream(err)), out, err)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No settings but the defaults, and a state folder that goes away."""
    for name in list(os.environ):
        if name.startswith("CADRE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("CADRE_STATE_DIR", str(tmp_path / "state"))
    return tmp_path
